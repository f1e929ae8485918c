import { Command, Option } from "commander";
import { DEFAULT_LATENESS_MS, type FeedSpec } from "./feed.ts";
import { openFeed } from "./index.ts";
import {
	addReplayOptions,
	addSyntheticOptions,
	parseNumber,
	type ReplayOptions,
	replaySpec,
	type SyntheticOptions,
	syntheticSpec,
} from "./options.ts";
import { ProgressWriter } from "./progress.ts";
import { type Progress, type PublishOptions, publish } from "./publish.ts";
import { DEFAULT_STREAM, findTarget, type TargetOptions } from "./target.ts";

interface SendOptions extends TargetOptions {
	readonly lateness?: number;
	readonly close?: boolean;
	readonly aggregate?: "auto" | "on" | "off";
}

/** `tidemark produce`: a feed into the trades stream, of the local stack or elsewhere. */
export function produceCommand(): Command {
	const command = new Command("produce").description("send trades into the stream");
	const replay = new Command("replay")
		.description("replay a file of trades or of interval data: CSV with a header, or JSONL; also with .gz")
		.argument("<file>", "its path");
	addSendOptions(addReplayOptions(replay))
		.option("--no-close", "leave the last windows open at the end, because more will follow")
		.addHelpText("after", REPLAY_EXAMPLES)
		.action((file: string, options: ReplayOptions & SendOptions) =>
			produce({ ...replaySpec(file, options), latenessMs: latenessOf(options) }, options),
		);
	const synthetic = new Command("synthetic").description("invented trades that look like a market's, until Ctrl-C");
	addSendOptions(addSyntheticOptions(synthetic))
		.addHelpText("after", SYNTHETIC_EXAMPLES)
		.action((options: SyntheticOptions & SendOptions) => produce(syntheticSpec(options), options));
	return command.addCommand(replay).addCommand(synthetic);
}

function addSendOptions(command: Command): Command {
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
async function produce(spec: FeedSpec, options: SendOptions): Promise<void> {
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

function latenessOf({ lateness }: SendOptions): number {
	return lateness === undefined ? DEFAULT_LATENESS_MS : lateness * 1000;
}

const REPLAY_EXAMPLES = `
Examples:
  $ tidemark produce replay trades.csv.gz
  $ tidemark produce replay trades.csv --speed 60 --rebase now
  $ tidemark produce replay quotes.csv --map price=last,event_time=when --order event-time
  $ tidemark produce replay broken.jsonl --raw
  $ tidemark produce replay trades.csv --endpoint aws --region eu-central-1 --stream trades

At the end clock records close the last windows, up to the end of the trading day (--no-close leaves them open). stdout gets
one line of JSON: read, sent, retried, failed, clocks, firstEventTime, lastEventTime, closedAt. The exit code is 1 if any
record failed for good.`;

const SYNTHETIC_EXAMPLES = `
Examples:
  $ tidemark produce synthetic
  $ tidemark produce synthetic --symbols AAPL,TSLA --rate 500 --history 0 --seed 7

It ends with Ctrl-C; what was made by then is still sent, and stdout gets one line of JSON with the counts.`;
