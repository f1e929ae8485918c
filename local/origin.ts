import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { newestCheckpoint } from "./flink-config.ts";
import { forgetResults } from "./forget.ts";
import { toolsDir } from "./paths.ts";
import { localCredentials, placesIn, region, type Stack } from "./stack.ts";
import { stampIn } from "./steps.ts";

/** What a job's checkpoints are worth something for: this stream, read by this runner. */
export interface Origin {
	stream: string;
	runner: string;
}

/**
 * Keeps the checkpoints of an earlier start if the job is still the one that wrote them. Otherwise it removes them, as
 * sequence numbers of another stream and state of other operators are of no use, and with them the results that the job
 * will write again. Says so.
 */
export async function keepOrForget(stack: Stack, say: (text: string) => void): Promise<void> {
	const places = placesIn(stack.dir);
	const file = join(places.flink, "origin.json");
	const origin = await originOf(stack);
	const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Origin) : undefined;
	const reason = before ? whyAnew(stack.dir, before, origin) : undefined;
	if (reason !== undefined) {
		await beginAnew(stack, reason, say);
	}
	writeFileSync(file, `${JSON.stringify(origin, null, "\t")}\n`);
}

/** Lets the job read the stream from its beginning: removes the checkpoints and the results that it will write again. */
export async function beginAnew(stack: Stack, reason: string, say: (text: string) => void): Promise<void> {
	say(`${reason}: the job reads the stream from its beginning, and makes lake and bars anew`);
	rmSync(placesIn(stack.dir).checkpoints, { recursive: true, force: true });
	await forgetResults(stack);
}

/** Why the job cannot go on from what an earlier start left, in words; undefined if it can. */
export function whyAnew(dir: string, before: Origin, now: Origin): string | undefined {
	if (before.stream !== now.stream) return "The stream of trades is not the one of the last start";
	if (before.runner !== now.runner) return "The runner changed since the last start";
	if (!newestCheckpoint(placesIn(dir).checkpoints)) return "The last start came to no checkpoint";
	if (emulatorForgot(dir)) return "The emulator was killed and lost what came after its start";
	return undefined;
}

// Whether a checkpoint is newer than what the emulator saved: it saves only at its end, and after a kill it is back where
// its last start began, with stream and lake of that time.
function emulatorForgot(dir: string): boolean {
	const places = placesIn(dir);
	const checkpoint = newestCheckpoint(places.checkpoints);
	if (checkpoint === undefined) return false;
	const saved = statSync(join(places.emulator, "state", "kinesis.json"), { throwIfNoEntry: false });
	return saved === undefined || statSync(join(checkpoint, "_metadata")).mtimeMs > saved.mtimeMs;
}

async function originOf(stack: Stack): Promise<Origin> {
	const client = new KinesisClient({ endpoint: stack.endpoints.aws, region, credentials: localCredentials });
	try {
		const name = stack.outputs.TradesStream;
		const { StreamDescriptionSummary: summary } = await client.send(
			new DescribeStreamSummaryCommand({ StreamName: name }),
		);
		return {
			stream: `${name} of ${summary?.StreamCreationTimestamp?.toISOString()}`,
			runner: stampIn(toolsDir(), "runner"),
		};
	} finally {
		client.destroy();
	}
}
