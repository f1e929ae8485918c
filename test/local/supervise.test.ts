import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type Child, startChild } from "../../local/process.ts";
import { isAlive } from "../../local/process-id.ts";
import { supervise } from "../../local/supervise.ts";
import { tempDir } from "./support.ts";

/** Launches children that sleep; those whose number is in `dying` end at once with code 9. */
function launcher(dying: number[] = []) {
	const dir = tempDir();
	const children: Child[] = [];
	const launch = async () => {
		const dies = dying.includes(children.length + 1);
		const child = await startChild({
			name: "Flink",
			command: "/bin/sh",
			args: ["-c", dies ? "echo 'out of memory'; exit 9" : "exec sleep 60"],
			env: { PATH: process.env.PATH },
			log: join(dir, "flink.log"),
		});
		children.push(child);
		return child;
	};
	onTestFinished(async () => {
		for (const child of children) await child.stop(0);
	});
	return { launch, children };
}

async function settled(condition: () => boolean): Promise<void> {
	while (!condition()) await sleep(5);
}

test("a part that is killed is started again, which is said", async () => {
	const { launch, children } = launcher();
	const said: string[] = [];
	const part = supervise(await launch(), launch, (text) => said.push(text));
	process.kill(children[0]?.id.pid as number, "SIGKILL");
	await settled(() => children.length === 2 && part.state() === "up");
	expect(said).toEqual([
		"Flink was killed by SIGKILL; starting it again from its last checkpoint (1 of 3)",
		"Flink is up again",
	]);
	await part.stop();
	expect(part.state()).toBe("down");
	expect(isAlive((children[1] as Child).id)).toBe(false);
});

test("a part that dies too often is given up with its last lines", async () => {
	const { launch, children } = launcher([1, 2, 3]);
	const part = supervise(await launch(), launch, () => {}, { restarts: 2, withinMs: 600_000 });
	const reason = await part.gaveUp;
	expect(children).toHaveLength(3);
	expect(part.state()).toBe("down");
	expect(reason.name).toBe("UserError");
	expect(reason.message).toContain("Flink died 3 times within 10 minutes and is not started again.");
	expect(reason.message).toContain("out of memory");
});

test("deaths of long ago no longer count", async () => {
	const { launch, children } = launcher();
	const part = supervise(await launch(), launch, () => {}, { restarts: 1, withinMs: 50 });
	for (const n of [1, 2, 3]) {
		process.kill((children[n - 1] as Child).id.pid, "SIGKILL");
		await settled(() => children.length === n + 1 && part.state() === "up");
		await sleep(60);
	}
	await part.stop();
});

test("a death for want of what is held back does not count, and it is started when that is there", async () => {
	const { launch, children } = launcher();
	const said: string[] = [];
	let there = () => {};
	const part = supervise(await launch(), launch, (text) => said.push(text), {
		restarts: 0,
		hold: () => new Promise((resolve) => (there = () => resolve(true))),
	});
	for (const n of [1, 2]) {
		process.kill((children[n - 1] as Child).id.pid, "SIGKILL");
		await settled(() => part.state() === "restarting");
		await sleep(30);
		expect(children).toHaveLength(n);
		there();
		await settled(() => children.length === n + 1 && part.state() === "up");
	}
	expect(said.slice(0, 2)).toEqual(["Starting Flink again from its last checkpoint", "Flink is up again"]);
	await part.stop();
});

test("one that is held when all is stopped is not started", async () => {
	const { launch, children } = launcher();
	const stop = new AbortController();
	const part = supervise(await launch(), launch, () => {}, {
		signal: stop.signal,
		hold: () => new Promise((resolve) => stop.signal.addEventListener("abort", () => resolve(true))),
	});
	process.kill((children[0] as Child).id.pid, "SIGKILL");
	await settled(() => part.state() === "restarting");
	stop.abort();
	await part.stop();
	await sleep(50);
	expect(children).toHaveLength(1);
});

test("a launch that fails counts as one more death", async () => {
	const { launch, children } = launcher();
	const first = await launch();
	let launches = 0;
	const part = supervise(
		first,
		async () => {
			launches++;
			throw new Error(`no memory at launch ${launches}`);
		},
		() => {},
		{ restarts: 2, withinMs: 600_000 },
	);
	process.kill((children[0] as Child).id.pid, "SIGKILL");
	expect((await part.gaveUp).message).toContain("no memory at launch 2");
	expect(launches).toBe(2);
});

test("stopping it is neither a death nor a reason to give up", async () => {
	const { launch, children } = launcher();
	const said: string[] = [];
	const part = supervise(await launch(), launch, (text) => said.push(text));
	let gaveUp = false;
	void part.gaveUp.then(() => {
		gaveUp = true;
	});
	await part.stop();
	await sleep(50);
	expect(children).toHaveLength(1);
	expect(said).toEqual([]);
	expect(gaveUp).toBe(false);
});

test("one that is just being started again is stopped when it is there", async () => {
	const { launch, children } = launcher();
	let begun = false;
	const slowly = async () => {
		begun = true;
		await sleep(100);
		return launch();
	};
	const part = supervise(await launch(), slowly, () => {});
	process.kill((children[0] as Child).id.pid, "SIGKILL");
	await settled(() => begun);
	await part.stop();
	expect(children).toHaveLength(2);
	expect(isAlive((children[1] as Child).id)).toBe(false);
});
