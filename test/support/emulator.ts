import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Overrides } from "../../infra/config.ts";
import { deployLocal, type Outputs } from "../../infra/deploy.ts";
import { startEmulator } from "../../local/emulator.ts";
import { choosePorts } from "../../local/ports.ts";
import type { Child } from "../../local/process.ts";

export type TestEmulator = AsyncDisposable & {
	endpoint: string;
	/** Its state and whatever the test writes; removed at the end. */
	dir: string;
	/** Deploys the stacks, with a small file in place of the runner's jar, which nothing here runs. */
	deploy: (overrides?: Overrides) => Promise<Outputs>;
	/** Stops it as Ctrl-C does and starts it again on the state that it kept. */
	restart: () => Promise<void>;
};

/** Starts an AWS emulator on a free port, in a folder of its own. Use it with `await using`. */
export async function testEmulator(): Promise<TestEmulator> {
	const dir = await mkdtemp(join(tmpdir(), "tidemark-emulator-"));
	const { aws: port } = await choosePorts({}, { pickFree: true, names: ["aws"] });
	const endpoint = `http://127.0.0.1:${port}`;
	let child: Child | undefined;
	const stop = async () => {
		child?.kill();
		await child?.exited;
		// The group's last processes may still be writing when the first has ended.
		await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
	};
	try {
		child = await startEmulator(dir, port);
	} catch (error) {
		await stop();
		throw error;
	}
	return {
		endpoint,
		dir,
		deploy: async (overrides = {}) => {
			const runnerJar = join(dir, "stand-in.jar");
			await writeFile(runnerJar, "stands in for the runner's jar");
			return deployLocal({ endpoint, stackDir: dir, overrides: { runnerJar, ...overrides } });
		},
		restart: async () => {
			await child?.stop();
			child = await startEmulator(dir, port);
		},
		[Symbol.asyncDispose]: stop,
	};
}
