import type { Logger } from "@aws-lambda-powertools/logger";
import type { Context, LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";
import { reasonOf, UserError } from "../errors.ts";
import type { Feed, YahooHistorySpec } from "../feed.ts";
import { type PublishOptions, publish } from "../publish/publish.ts";
import { unlessAborted } from "../wait.ts";
import { BadRequest, type CollectRequest, readRequest } from "./request.ts";

export interface Collecting {
	/** Opens the feed of past bars. */
	readonly open: (spec: YahooHistorySpec) => Promise<Feed>;
	/** Where to send: stream, lateness, and Kinesis' place or a client. */
	readonly target: Pick<PublishOptions, "stream" | "latenessMs" | "kinesis" | "client">;
	readonly logger: Pick<Logger, "info" | "warn" | "error">;
}

/** What is left of the function's time when it stops reading, to send what was read and to answer. */
const RESERVE_MS = 15_000;
/** How long Kinesis may take nothing before the call fails. */
const GIVE_UP_MS = 60_000;
/** As many lines about what was left out go into an answer. */
const MOST_WARNINGS = 50;
const OUT_OF_TIME = "The function's time ran out: call again with the rest of the range";

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

/**
 * The handler of the function's URL: collects the bars that a call asks for into the stream, and answers with the counts.
 * 200: all of them; 400 and 405: the call's mistakes; 502: Yahoo or Kinesis failed; 504: the time ran out. What was read
 * before a failure was sent, and the answer says from where to go on.
 */
export function collector(collecting: Collecting) {
	return async (
		event: LambdaFunctionURLEvent,
		context: Pick<Context, "getRemainingTimeInMillis">,
	): Promise<LambdaFunctionURLResult> => {
		const { status, body } = await answer(collecting, event, context.getRemainingTimeInMillis()).catch(
			(error): Answer => {
				if (error instanceof BadRequest)
					return { status: error.status, body: { error: error.message, mistakes: error.mistakes } };
				collecting.logger.error("The collector failed", error as Error);
				return { status: 500, body: { error: reasonOf(error) } };
			},
		);
		return {
			statusCode: status,
			headers: { "content-type": "application/json", ...(status === 405 ? { allow: "GET, POST" } : {}) },
			body: JSON.stringify(body),
		};
	};
}

async function answer(collecting: Collecting, event: LambdaFunctionURLEvent, remainingMs: number): Promise<Answer> {
	const request = readRequest(event);
	const { symbols, from, to, interval } = request;
	const asked = { symbols, from, to, interval };
	const { logger } = collecting;
	const { status, body } = await collect(collecting, request, Math.max(0, remainingMs - RESERVE_MS));
	if (status === 200) logger.info("Collected", { ...asked, ...body });
	else logger.warn("Collected in part", { ...asked, ...body });
	return { status, body: { ...asked, ...body } };
}

async function collect({ open, target }: Collecting, request: CollectRequest, readForMs: number): Promise<Answer> {
	const { close, ...range } = request;
	const timeout = AbortSignal.timeout(readForMs);
	const goOn = (from: string | null): object => ({ next: { from: from ?? request.from } });
	let feed: Feed | undefined;
	try {
		feed = await unlessAborted(open({ kind: "yahoo-history", ...range }), timeout);
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return { status: 502, body: { error: error.message } };
	}
	if (feed === undefined) return { status: 504, body: { error: OUT_OF_TIME, ...goOn(null) } };
	const { watched, failed, outcome } = watch(feed);
	const warnings: string[] = [];
	let leftOut = 0;
	const warn = (line: string): void => {
		if (warnings.length < MOST_WARNINGS) warnings.push(line);
		else leftOut++;
	};
	const counts = await publish(watched, {
		...target,
		close,
		giveUpMs: GIVE_UP_MS,
		signal: AbortSignal.any([timeout, failed]),
		onWarning: warn,
	});
	const body = {
		...counts,
		...(warnings.length > 0 ? { warnings } : {}),
		...(leftOut > 0 ? { moreWarnings: leftOut } : {}),
	};
	const next = goOn(counts.lastEventTime);
	if (counts.failed > 0) {
		return {
			status: 502,
			body: { error: `Kinesis did not take ${counts.failed} of ${counts.read} bars`, ...body, ...next },
		};
	}
	if (outcome.failure !== undefined) {
		return { status: 502, body: { error: `The feed failed: ${reasonOf(outcome.failure)}`, ...body, ...next } };
	}
	if (!outcome.ended) return { status: 504, body: { error: OUT_OF_TIME, ...body, ...next } };
	return { status: 200, body };
}

/**
 * The feed, ending where it fails, so that what it gave is still sent and counted. `failed` is aborted then: the last
 * windows are not closed behind a gap. `outcome` says whether it came to its own end.
 */
function watch(feed: Feed): { watched: Feed; failed: AbortSignal; outcome: { ended: boolean; failure?: unknown } } {
	const stop = new AbortController();
	const outcome: { ended: boolean; failure?: unknown } = { ended: false };
	async function* batches(signal: AbortSignal, tell?: (line: string) => void): ReturnType<Feed["batches"]> {
		try {
			yield* feed.batches(signal, tell);
			outcome.ended = !signal.aborted;
		} catch (error) {
			outcome.failure = error ?? new Error("no reason given");
			stop.abort();
		}
	}
	const { name, total, live } = feed;
	return { watched: { name, total, live, batches }, failed: stop.signal, outcome };
}
