import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "./local/support.ts";
import { type Ended, runLanes, type Step } from "./steps.ts";

/** A step that runs a script of Node. */
const node = (name: string, script: string, more: Partial<Step> = {}): Step => ({
	name,
	command: [process.execPath, "--eval", script],
	...more,
});

async function ran(...lanes: Step[][]) {
	const cwd = tempDir();
	let written = "";
	const order: string[] = [];
	const ended = await runLanes(lanes, {
		cwd,
		env: process.env,
		write: (text) => {
			written += text;
		},
		onEnd: ({ name }) => order.push(name),
	});
	return { cwd, ended: ended.map(({ seconds: _, ...rest }: Ended) => rest), written, order };
}

/** Waits until a file is there: two steps that each wait for the other's end well only if they run at the same time. */
const meet = (own: string, other: string) =>
	`const fs = require("node:fs"); fs.writeFileSync("${own}", "");
	setInterval(() => fs.existsSync("${other}") && process.exit(0), 10);`;

test("lanes run side by side, what comes after another in a lane does not", async () => {
	const { ended, order } = await ran(
		[node("a", meet("a", "b")), node("c", 'process.exit(require("node:fs").existsSync("b") ? 0 : 1)')],
		[node("b", meet("b", "a"))],
	);
	expect(ended).toEqual(["a", "c", "b"].map((name) => ({ name, passed: 1, failed: 0 })));
	expect(order.indexOf("a")).toBeLessThan(order.indexOf("c"));
});

test("a step that fails lets the others go on", async () => {
	const { ended, cwd } = await ran(
		[node("bad", "process.exit(3)"), node("next", 'require("node:fs").writeFileSync("next", "")')],
		[node("killed", "process.kill(process.pid)"), node("beside", "")],
	);
	expect(ended.map(({ passed, failed }) => [passed, failed])).toEqual([
		[0, 1],
		[1, 0],
		[0, 1],
		[1, 0],
	]);
	expect(existsSync(join(cwd, "next"))).toBe(true);
});

test("counts are what the runner reported; none at all, or a bad end without a failure, is one failure", async () => {
	const counted = (passed: number, failed: number) => ({ report: () => ({ passed, failed }) });
	const { ended } = await ran([
		node("fine", "", counted(7, 0)),
		node("some failed", "process.exit(1)", counted(5, 2)),
		node("crashed", "process.exit(1)", counted(5, 0)),
		node("nothing ran", "", counted(0, 0)),
		node("nothing to run here", "", { ...counted(0, 0), optional: true }),
		node("crashed at once", "process.exit(1)", { ...counted(0, 0), optional: true }),
	]);
	expect(ended.map(({ passed, failed }) => [passed, failed])).toEqual([
		[7, 0],
		[5, 2],
		[5, 1],
		[0, 1],
		[0, 0],
		[0, 1],
	]);
});

test("a report is read when its step has ended", async () => {
	const cwd = tempDir();
	const file = join(cwd, "report");
	const script = `setTimeout(() => require("node:fs").writeFileSync(${JSON.stringify(file)}, ""), 50)`;
	const report = () => ({ passed: existsSync(file) ? 3 : 0, failed: 0 });
	expect((await ran([node("slow", script, { report })])).ended).toEqual([{ name: "slow", passed: 3, failed: 0 }]);
});

test("what a step beside the first lane wrote comes in one piece, with its name, in the order of the ends", async () => {
	const talk = 'process.stdout.write("one\\n"); setTimeout(() => process.stderr.write("two\\n"), 20)';
	const { written } = await ran(
		[],
		[node("beside", talk), node("after", "console.log(process.env.MARK)", { env: { MARK: "set" } })],
	);
	expect(written).toBe("\n── beside\none\ntwo\n\n── after\nset\n");
});

test("a program that is not there ends the run", async () => {
	await expect(ran([{ name: "none", command: ["no-such-program"] }])).rejects.toThrow(/no-such-program/);
});
