import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { execa } from "execa";
import { expect, test } from "vitest";
import { Turns } from "../../../../local/page/web/turns.ts";
import { startBrowser } from "../browser.ts";

const file = join(root, "local/page/web/turns.ts");

import { root } from "../../../../local/paths.ts";

const ended = (turns: Turns) => new Promise<void>((resolve) => turns.take(resolve));

test("all is done, in its order, and nothing of it at once", async () => {
	const turns = new Turns();
	const done: number[] = [];
	for (let i = 0; i < 1_000; i += 1) turns.take(() => done.push(i));
	expect(done).toEqual([]);
	await ended(turns);
	expect(done).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
});

test("a browser draws between pieces that are long", async () => {
	// Node takes what is posted meanwhile in the same go: only a browser says how it is there.
	const { code } = await transform(await readFile(file, "utf8"), { loader: "ts", target: "es2022" });
	const browser = await startBrowser();
	try {
		const seen = await (await browser.newPage()).evaluate(`(async () => {
			${code.replace("export class", "class")};
			const turns = new Turns();
			const seen = [];
			const work = () => { for (const end = performance.now() + 20; performance.now() < end;); };
			const draw = () => { seen.push("drawn"); requestAnimationFrame(draw); };
			requestAnimationFrame(draw);
			for (let i = 0; i < 20; i += 1) turns.take(() => { seen.push(i); work(); });
			await new Promise((resolve) => turns.take(resolve));
			return seen;
		})()`);
		const numbers = Array.from({ length: 20 }, (_, i) => i);
		expect((seen as unknown[]).filter((each) => each !== "drawn")).toEqual(numbers);
		expect((seen as unknown[]).slice(0, (seen as unknown[]).indexOf(19))).toContain("drawn");
	} finally {
		await browser.close();
	}
});

test("what is given in a turn comes after what waits already", async () => {
	const turns = new Turns();
	const seen: string[] = [];
	turns.take(() => {
		seen.push("first");
		turns.take(() => seen.push("given by the first"));
	});
	turns.take(() => seen.push("second"));
	await ended(turns);
	await ended(turns);
	expect(seen).toEqual(["first", "second", "given by the first"]);
});

test("one that fails keeps the others from nothing, and its error is not swallowed", async () => {
	const { stdout } = await execa(process.execPath, [
		"--input-type=module",
		"--eval",
		`import { Turns } from ${JSON.stringify(pathToFileURL(file).href)};
		process.on("uncaughtException", ({ message }) => console.log(message));
		const turns = new Turns();
		turns.take(() => { throw new Error("no"); });
		turns.take(() => console.log("second"));
		turns.take(() => process.exit());`,
	]);
	expect(stdout.split("\n")).toEqual(["no", "second"]);
});
