export { UserError } from "../producer/errors.ts";

/** Whether an error is an expected failure, whichever part of Tidemark made it. */
export function isUserError(error: unknown): boolean {
	return error instanceof Error && error.name === "UserError";
}

/** The message of whatever was thrown, with the messages of its causes: `a: b: c`. */
export function messageOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const inner = error instanceof AggregateError ? error.errors.map(messageOf).join("; ") : "";
	const own = error.message || inner || (error as NodeJS.ErrnoException).code || error.name;
	if (error.cause === undefined || isUserError(error)) return own;
	const cause = messageOf(error.cause);
	return own.includes(cause) ? own : `${own}: ${cause}`;
}
