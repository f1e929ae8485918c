import { startEmulator } from "./emulator.ts";
import { UserError } from "./errors.ts";
import { waitLock } from "./lock.ts";
import { choosePorts } from "./ports.ts";
import { answers, isOwned, placesIn, type Stack } from "./stack.ts";

/**
 * Gives `work` a stack whose emulator answers: the stack itself if it is up; otherwise the emulator is started on its
 * kept state, on a port of its own, and stopped afterwards. Two that wake the same stack wait for one another.
 */
export async function withEmulator<T>(stack: Stack, work: (stack: Stack) => Promise<T>): Promise<T> {
	if (await answers(`${stack.endpoints.aws}/_ministack/health`)) {
		if (isOwned(stack)) return work(stack);
	} else if (isOwned(stack)) {
		throw new UserError(
			`The stack ${stack.id} runs (process ${stack.pid}) but its emulator does not answer at ${stack.endpoints.aws}: it is still starting or stopping; try again`,
		);
	}
	const lock = await waitLock(placesIn(stack.dir).lock, ({ pid }) =>
		process.stderr.write(`Waiting for process ${pid}, which has the stack ${stack.id} open\n`),
	);
	try {
		const { aws } = await choosePorts({}, { pickFree: true, names: ["aws"] });
		const emulator = await startEmulator(stack.dir, aws);
		try {
			return await work({ ...stack, endpoints: { ...stack.endpoints, aws: `http://127.0.0.1:${aws}` } });
		} finally {
			await emulator.stop(30_000);
		}
	} finally {
		lock.release();
	}
}
