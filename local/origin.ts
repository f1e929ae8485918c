import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { type Application, property } from "./application.ts";
import { forgetResults } from "./forget.ts";
import { toolsDir } from "./paths.ts";
import { localCredentials, placesIn, region, type Stack } from "./stack.ts";

/** What a job's checkpoints are worth something for: this stream, read by this SQL in this runner. */
interface Origin {
	stream: string;
	sql: string;
	runner: string;
}

/**
 * Keeps the checkpoints of an earlier start if the job is still the one that wrote them. Otherwise it removes them, as
 * sequence numbers of another stream and state of other operators are of no use, and with them the results that the job
 * will write again. Says so.
 */
export async function keepOrForget(stack: Stack, application: Application, say: (text: string) => void): Promise<void> {
	const places = placesIn(stack.dir);
	const file = join(places.flink, "origin.json");
	const origin = await originOf(stack, application);
	const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Origin) : undefined;
	const changed = describeChange(before, origin);
	if (changed === undefined) return;
	if (before) {
		say(`${changed} since the last start: the job reads the stream from its beginning, and makes lake and bars anew`);
		rmSync(places.checkpoints, { recursive: true, force: true });
		await forgetResults(stack);
	}
	writeFileSync(file, `${JSON.stringify(origin, null, "\t")}\n`);
}

/** What is no longer as it was, in words; undefined if nothing changed. */
export function describeChange(before: Origin | undefined, now: Origin): string | undefined {
	if (!before) return "The job is new";
	if (before.stream !== now.stream) return "The stream of trades was made anew";
	if (before.sql !== now.sql) return "The SQL changed";
	if (before.runner !== now.runner) return "The runner changed";
	return undefined;
}

async function originOf(stack: Stack, application: Application): Promise<Origin> {
	const client = new KinesisClient({ endpoint: stack.endpoints.aws, region, credentials: localCredentials });
	try {
		const name = stack.outputs.TradesStream;
		const { StreamDescriptionSummary: summary } = await client.send(
			new DescribeStreamSummaryCommand({ StreamName: name }),
		);
		return {
			stream: `${name} of ${summary?.StreamCreationTimestamp?.toISOString()}`,
			// The asset's name is a hash of its contents.
			sql: property(application, "tidemark.runner", "sql.location"),
			runner: readFileSync(join(toolsDir(), "runner", ".stamp"), "utf8"),
		};
	} finally {
		client.destroy();
	}
}
