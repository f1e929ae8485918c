/**
 * What kind of failure it was. `limited`: too many requests. `crumb`: Yahoo gives no session, or no longer takes it.
 * `changed`: an answer that is not of the known shape. `refused`: Yahoo says what it has against the question. `network`:
 * no answer, or an error of its servers.
 */
export type FailureKind = "limited" | "crumb" | "changed" | "refused" | "network";

/** Yahoo did not give what it was asked for. The message is for people, in a few words. */
export class YahooFailure extends Error {
	override readonly name = "YahooFailure";
	readonly kind: FailureKind;
	/** How long Yahoo asks to be left alone, if it does. */
	readonly retryAfterMs: number | undefined;

	constructor(kind: FailureKind, message: string, options: ErrorOptions & { retryAfterMs?: number | undefined } = {}) {
		super(message, options);
		this.kind = kind;
		this.retryAfterMs = options.retryAfterMs;
	}
}

/** What yahoo-finance2 throws, as a failure: the errors of its way to a session and of shapes that it does not know. */
export function failureOf(error: unknown): YahooFailure {
	if (error instanceof YahooFailure) return error;
	const message = error instanceof Error ? error.message : String(error);
	const kind = /crumb|cookie|consent|redirect/i.test(message) ? "crumb" : "changed";
	return new YahooFailure(kind, short(message), { cause: error });
}

/** The beginning of a text that may be a whole page, on one line. */
export function short(text: string): string {
	const line = text.replace(/\s+/g, " ").trim();
	return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}
