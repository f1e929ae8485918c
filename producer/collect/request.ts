import type { LambdaFunctionURLEvent } from "aws-lambda";
import { z } from "zod";
import { UserError } from "../errors.ts";
import type { ChartInterval } from "../yahoo/client.ts";
import { INTERVALS, readRange } from "../yahoo/range.ts";
import { checkSymbols } from "../yahoo/spec.ts";

/**
 * Most bars of one call, if every symbol traded around the clock: all of them are in memory at once. 1m bars of a hundred
 * symbols for a week, say.
 */
const MOST_BARS = 1_000_000;
const ALWAYS = Number.MAX_SAFE_INTEGER;

const Symbols = z
	.preprocess(
		(given) => (typeof given === "string" ? given.split(",").map((symbol) => symbol.trim()) : given),
		z.array(z.string(), "must be given: names separated by commas, or a list of them"),
	)
	.transform((symbols, context) => orMistake(context, () => checkSymbols(symbols)) ?? z.NEVER);

const Moment = z
	.string("must be given: a day such as 2026-11-16, or a time such as 2026-11-16T14:30:00Z")
	.superRefine((text, context) => {
		orMistake(context, () => readRange(text, undefined, ALWAYS));
	});

const intervals = Object.keys(INTERVALS) as ChartInterval[];

/** What a call of the collector asks for. */
export const CollectRequest = z
	.strictObject({
		symbols: Symbols,
		/** The first day, as the exchange counts days, or instant. */
		from: Moment,
		/** The last day, or the first instant after; left out, the end of the first day. */
		to: Moment.optional(),
		interval: z.enum(intervals, `must be one of ${intervals.join(", ")}`).default("1m"),
		/** Whether the last windows are closed at the end; what comes later for the same time is late then. */
		close: z.union([z.boolean(), z.stringbool()], "must be true or false").default(false),
	})
	.superRefine(({ symbols, from, to, interval }, context) => {
		const range = orMistake(context, () => readRange(from, to, Date.now()));
		if (range === undefined) return;
		const bars = Math.ceil((range.to - range.from) / INTERVALS[interval].ms) * symbols.length;
		if (bars <= MOST_BARS) return;
		context.addIssue(`asks for up to ${bars} bars, of ${MOST_BARS} at most: take fewer symbols or days at a time`);
	});
export type CollectRequest = z.infer<typeof CollectRequest>;

/** What `read` gives; a UserError of it becomes a mistake in the call. */
function orMistake<T>(context: { addIssue: (message: string) => void }, read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		context.addIssue(error.message);
		return undefined;
	}
}

/** A call that cannot be answered as it is: its status, and each mistake as a line for people. */
export class BadRequest extends Error {
	override readonly name = "BadRequest";
	readonly status: number;
	readonly mistakes: readonly string[];

	constructor(status: number, mistakes: readonly string[]) {
		super(mistakes.join("; "));
		this.status = status;
		this.mistakes = mistakes;
	}
}

/**
 * What a call of the function's URL asks for: the query of a GET, or the JSON of a POST.
 * @throws BadRequest that names each mistake
 */
export function readRequest(event: LambdaFunctionURLEvent): CollectRequest {
	const parsed = CollectRequest.safeParse(givenIn(event));
	if (parsed.success) return parsed.data;
	const mistakes = parsed.error.issues.map(({ path: [name], message }) =>
		name === undefined ? message : `${String(name)}: ${message}`,
	);
	throw new BadRequest(400, [...new Set(mistakes)]);
}

function givenIn({
	requestContext,
	queryStringParameters,
	body = "",
	isBase64Encoded,
}: LambdaFunctionURLEvent): unknown {
	const { method } = requestContext.http;
	if (method === "GET") return queryStringParameters ?? {};
	if (method !== "POST") throw new BadRequest(405, [`${method} is not answered: GET with a query, or POST with JSON`]);
	try {
		return JSON.parse(isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body);
	} catch {
		throw new BadRequest(400, ["the body is not JSON"]);
	}
}
