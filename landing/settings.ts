import { z } from "zod";

/** `true` or `false` in an environment variable; left out it is false. */
export const flag = z.stringbool().default(false);

/**
 * The function's settings from its environment, checked once when it starts.
 *
 * @throws one error that names every setting that is missing or wrong
 */
export function readSettings<Shape extends z.ZodRawShape>(shape: Shape, environment: NodeJS.ProcessEnv = process.env) {
	const parsed = z.object(shape).safeParse(environment);
	if (parsed.success) return parsed.data;
	throw new Error(`The function's environment is incomplete:\n${z.prettifyError(parsed.error)}\ninfra/ sets it.`, {
		cause: parsed.error,
	});
}
