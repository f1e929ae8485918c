/**
 * What went wrong for a reason that lies with the input or the surroundings, with the remedy: the command line prints it
 * without a stack trace, and knows it by its name.
 */
export class UserError extends Error {
	override readonly name = "UserError";
}
