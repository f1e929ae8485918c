import { type Command, Option } from "commander";
import { DEFAULT_LATENESS_MS, type FeedSpec } from "./feed.ts";
import { openFeed } from "./index.ts";
import { parseNumber } from "./options.ts";
import { ProgressWriter } from "./progress.ts";
import { type Progress, type PublishOptions, publish } from "./publish/publish.ts";
import { DEFAULT_STREAM, findTarget, type TargetOptions } from "./target.ts";

/** What addSendOptions adds, as commander gives it. */
export interface SendOptions extends TargetOptions {
	readonly lateness?: number;
	readonly close?: boolean;
	readonly aggregate?: "auto" | "on" | "off";
}

/** Adds the options that every feed has: where to send, and how. */
export function addSendOptions(command: Command): Command {
	return command
		.option("--stream <name>", `the stream (default: that of the local stack, else ${DEFAULT_STREAM})`)
		.option("--endpoint <url>", "where Kinesis is, or aws for AWS itself (default: the local stack that is up)")
		.option("--region <region>", "the AWS region")
		.option("--lateness <seconds>", "how late a trade may be, as the stream's reader has it (default: 2)", parseNumber)
		.addOption(
			new Option(
				"--aggregate <when>",
				"put several trades into one Kinesis record (default: auto, where it is faster)",
			).choices(["auto", "on", "off"]),
		);
}

/** Sends a feed to its end, or until a signal; what was read by then is still sent. */
export async function produce(spec: FeedSpec, options: SendOptions): Promise<void> {
	const { stream, endpoint, region } = findTarget(options);
	const progress = new ProgressWriter();
	const feed = await openFeed(spec);
	progress.line(`${feed.name} to ${stream} at ${endpoint ?? "AWS"}`);
	const stop = new AbortController();
	const onSignal = (): void => {
		// A second one ends the process, as ever.
		process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
		progress.line("Stopping: what was read is still sent.");
		stop.abort();
	};
	process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
	let latest: Progress | undefined;
	try {
		const publishing: PublishOptions = {
			stream,
			kinesis: { endpoint, region },
			latenessMs: latenessOf(options),
			// A feed without end has no last window.
			close: feed.total !== undefined && options.close !== false,
			signal: stop.signal,
			onProgress: (each) => {
				latest = each;
				progress.show(each);
			},
			onWarning: (line) => progress.line(line),
			...(options.aggregate === undefined ? {} : { aggregate: options.aggregate }),
		};
		const result = await publish(feed, publishing);
		if (latest) progress.end(latest);
		process.stdout.write(`${JSON.stringify(result)}\n`);
		if (result.failed > 0) process.exitCode = 1;
	} finally {
		process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
	}
}

/** The lateness that the options say, in milliseconds. */
export function latenessOf({ lateness }: SendOptions): number {
	return lateness === undefined ? DEFAULT_LATENESS_MS : lateness * 1000;
}
