import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { reasonOf, UserError } from "./errors.ts";
import { DEFAULT_LATENESS_MS, type FeedSpec, type Outgoing } from "./feed.ts";
import { openFeed } from "./index.ts";
import { parseNumber } from "./options.ts";
import { ProgressWriter } from "./progress.ts";
import type { Taken } from "./publish/deliver.ts";
import { type Progress, type PublishOptions, publish } from "./publish/publish.ts";
import { Rejects } from "./rejects.ts";
import { DEFAULT_STREAM, findTarget, type Target, type TargetOptions } from "./target.ts";

/** What addSendOptions adds, as commander gives it. */
export interface SendOptions extends TargetOptions {
	readonly lateness?: number;
	readonly close?: boolean;
	readonly aggregate?: "auto" | "on" | "off";
	readonly spool?: string;
	readonly spoolMax?: number;
	readonly rejects?: string;
	readonly health?: string;
	readonly verbose?: boolean;
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
				"put several trades into one Kinesis record (default: auto, where single ones would be too many or slow)",
			).choices(["auto", "on", "off"]),
		)
		.option(
			"--spool <dir>",
			"of a feed without end: where trades wait while Kinesis takes none, or off (default: a folder for each stream in .tidemark/spool)",
		)
		.option("--spool-max <size>", "how much the spool may hold, such as 500MB (default: 1GB)", parseSize)
		.option("--rejects <file>", "append what cannot be sent to this file, with the reason, one JSON object a line")
		.option("--health <file>", "write the counts to this file each second, for health checks")
		.option("--verbose", "print each record with its shard, sequence number and status");
}

/** Sends a feed to its end, or until a signal; what was read by then is still sent, or put into the spool. */
export async function produce(spec: FeedSpec, options: SendOptions): Promise<void> {
	const target = findTarget(options);
	const { stream, endpoint, region } = target;
	const progress = new ProgressWriter();
	const feed = await openFeed(spec);
	progress.line(`${feed.name} to ${stream} at ${endpoint ?? "AWS"}`);
	const rejects = new Rejects(options.rejects, (line) => progress.line(line));
	if (options.health !== undefined) writeHealth(options.health, { state: "starting" });
	const stop = new AbortController();
	const onSignal = (): void => {
		// A second one ends the process, as ever.
		process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
		progress.line("Stopping: what was read is still sent. Once more stops at once.");
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
				if (options.health !== undefined) tryHealth(options.health, each);
			},
			onWarning: (line) => progress.line(line),
			onRejected: (rejected) => rejects.add(rejected),
			...(options.verbose ? { onRecord: (record, outcome) => progress.line(recordLine(record, outcome)) } : {}),
			...(options.aggregate === undefined ? {} : { aggregate: options.aggregate }),
			...spoolOf(feed.total, target, options),
		};
		const result = await publish(feed, publishing);
		if (latest) progress.end(latest);
		process.stdout.write(`${JSON.stringify(result)}\n`);
		if (result.failed > 0) process.exitCode = 1;
	} finally {
		rejects.close();
		process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
	}
}

/** A feed that ends can be read again, so that it is held back instead. */
function spoolOf(total: number | undefined, target: Target, options: SendOptions): Pick<PublishOptions, "spool"> {
	const { spool, spoolMax } = options;
	if (total !== undefined) {
		const given = spool === undefined ? (spoolMax === undefined ? undefined : "--spool-max") : "--spool";
		if (given === undefined) return {};
		throw new UserError(
			`${given} is for feeds without end: this one ends, and is held back while Kinesis takes nothing.`,
		);
	}
	if (spool === "off") return {};
	return { spool: { dir: spool ?? target.spool, maxBytes: spoolMax } };
}

/** One record for `--verbose`: its event time, symbol and bytes, and where it is or why it is not. */
export function recordLine({ key, time, data }: Outgoing, outcome: Taken | { readonly refused: unknown }): string {
	const what = `${time === undefined ? "no time" : new Date(time).toISOString()} ${key} ${data.length} bytes`;
	if ("refused" in outcome) return `${what} refused: ${reasonOf(outcome.refused)}`;
	return `${what} ${outcome.shardId} ${outcome.sequenceNumber} sent`;
}

/** @throws if it cannot be written */
function writeHealth(file: string, counts: object): void {
	try {
		writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...counts })}\n`);
	} catch (cause) {
		throw new UserError(`Cannot write --health ${file}: ${reasonOf(cause)}. Name another file.`, { cause });
	}
}

function tryHealth(file: string, counts: object): void {
	try {
		writeHealth(file, counts);
	} catch {
		// A file that stays old says it to whoever looks.
	}
}

const UNITS: Readonly<Record<string, number>> = { "": 1, B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Bytes, from a number with KB, MB or GB (of 1,024), or none of them. */
export function parseSize(text: string): number {
	const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([KMG]?B?)$/i.exec(text.trim()) ?? [];
	const bytes = Math.floor(Number(digits) * (UNITS[unit.slice(0, 1).toUpperCase()] ?? Number.NaN));
	if (digits !== "" && bytes > 0) return bytes;
	throw new InvalidArgumentError("Give a size such as 500MB or 2GB.");
}

/** The lateness that the options say, in milliseconds. */
export function latenessOf({ lateness }: SendOptions): number {
	return lateness === undefined ? DEFAULT_LATENESS_MS : lateness * 1000;
}
