import { isAlive, stopForeign } from "./process-id.ts";
import { isOwned, readStack, writeStack } from "./stack.ts";

/**
 * Stops what an earlier stack in this directory left running when its owner was killed; says what. The emulator gets
 * time to save its state.
 */
export async function stopLeftovers(dir: string, say: (text: string) => void): Promise<void> {
	const stack = readStack(dir);
	if (!stack || isOwned(stack)) return;
	const running = stack.processes.filter(isAlive);
	for (const { name, pid, started } of running) {
		say(`Stopping ${name} (process ${pid}), which an earlier start left behind`);
		await stopForeign({ pid, started }, 30_000);
	}
	if (stack.processes.length > 0) writeStack({ ...stack, processes: [] });
}
