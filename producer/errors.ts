/**
 * A failure that the user can do something about: the message says what went wrong, with the value and the remedy.
 * The command line prints it without a stack trace; everything else that is thrown is a defect and keeps its trace.
 */
export class UserError extends Error {
	override readonly name = "UserError";
}

/** What an error of the SDK or of the network says, in a few words: its name, where it has a telling one, and message. */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	// A connection that was refused at several addresses says so in its parts only.
	const inner = error instanceof AggregateError && !error.message ? error.errors[0] : error;
	if (!(inner instanceof Error)) return String(inner);
	return inner.name === "Error" ? inner.message : `${inner.name}: ${inner.message}`;
}
