import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Outputs } from "../../infra/deploy.ts";
import { type RulesReloadOptions, startRulesReload } from "../../local/rules-reload.ts";
import { type TestEmulator, testEmulator } from "../support/emulator.ts";
import { takeMessages } from "../support/queue.ts";
import { hit } from "../support/samples.ts";
import { put } from "../support/stream.ts";
import { tempDir } from "./support.ts";

const rule = (name: string, when: string) =>
	`  - { name: ${name}, on: hit, when: ${when}, cooldown: 0, group: 0, subject: "${name} {{ symbol }}", message: text }\n`;
const RULES = `# What is worth a word.\nrules:\n${rule("crossed", 'state == "crossed"')}${rule("dear", "price > 1000")}`;

/** Watches a file of a test's own; `edit` saves it as an editor does, and `said` waits until something was said. */
function watching(given: Pick<RulesReloadOptions, "deploy"> & { dir?: string }) {
	const { dir = tempDir(), deploy } = given;
	const [file, deployed] = [join(dir, "rules.yaml"), join(dir, "deployed.yaml")];
	for (const each of [file, deployed]) if (!existsSync(each)) writeFileSync(each, RULES);
	const lines: string[] = [];
	const stop = new AbortController();
	const reload = startRulesReload({ file, deployed, deploy, say: (line) => lines.push(line), signal: stop.signal });
	onTestFinished(() => reload.close());
	return {
		file,
		deployed,
		lines,
		stop,
		reload,
		edit(text: string) {
			writeFileSync(`${file}.new`, text);
			renameSync(`${file}.new`, file);
		},
		async said(count: number) {
			await expect.poll(() => lines.length, { timeout: 120_000 }).toBe(count);
			return lines[count - 1];
		},
	};
}

describe("while the stack runs", () => {
	let emulator: TestEmulator;
	let outputs: Outputs;
	let deployed: string;
	const deploy = () => emulator.deploy({ shards: 1, liveData: false, rulesFile: deployed });

	beforeAll(async () => {
		emulator = await testEmulator();
		deployed = join(emulator.dir, "deployed.yaml");
		writeFileSync(deployed, RULES);
		outputs = await deploy();
	});
	afterAll(() => emulator?.[Symbol.asyncDispose]());

	/** The subjects of what is told of hits, in any order. */
	async function told(count: number, ...hits: ReturnType<typeof hit>[]): Promise<string[]> {
		await put(emulator.endpoint, outputs.HitsStream, hits);
		const messages = await takeMessages(emulator.endpoint, outputs.AlertsQueueUrl ?? "", count);
		return messages
			.flatMap(({ Body = "" }) => (JSON.parse(Body) as { alerts: { subject: string }[] }).alerts)
			.map(({ subject }) => subject)
			.sort();
	}

	test("a mistake changes nothing, a good edit is deployed, and what the other rules know goes on", async () => {
		const at = (second: number) => `2013-10-07T13:30:${String(second).padStart(2, "0")}.000Z`;
		const { edit, said, reload, file } = watching({ dir: emulator.dir, deploy });
		expect(await told(1, hit({ event_time: at(1) }))).toEqual(["crossed AAPL"]);

		edit(RULES.replace("price > 1000", "prise > 1000"));
		expect(await said(1)).toMatch(
			/^\S+rules\.yaml: the rules before it go on:\n {2}\S+rules\.yaml:4: rule dear: when .*`?prise`?.*price/,
		);
		expect(reload.status()).toEqual({ state: "down", detail: expect.stringContaining("rules.yaml:4: rule dear") });
		expect(readFileSync(deployed, "utf8")).toBe(RULES);
		expect(await told(1, hit({ symbol: "MSFT", event_time: at(1) }))).toEqual(["crossed MSFT"]);

		const edited = `${RULES.replace("price > 1000", "price > 400")}${rule("up", 'direction == "up"')}`;
		edit(edited);
		expect(await said(2)).toMatch(/^\S+rules\.yaml: applied \(changed: dear; new: up\)$/);
		expect(reload.status()).toEqual({ state: "up" });
		expect(readFileSync(deployed, "utf8")).toBe(readFileSync(file, "utf8"));
		// AAPL is in an episode of `crossed` that goes on, and has none of the rules that are new.
		expect(await told(2, hit({ event_time: at(2) }))).toEqual(["dear AAPL", "up AAPL"]);
		// What was told by the functions of before is not told once more.
		expect(await told(0, hit({ event_time: at(1) }), hit({ symbol: "MSFT", event_time: at(1) }))).toEqual([]);

		edit(edited.replace(rule("crossed", 'state == "crossed"'), ""));
		expect(await said(3)).toMatch(/: applied \(gone: crossed\)$/);
		expect(await told(2, hit({ symbol: "IBM", event_time: at(1) }))).toEqual(["dear IBM", "up IBM"]);
	}, 240_000);
});

describe("what is said", () => {
	let deployments: string[];
	let fails: string | undefined;
	let going: Promise<void> | undefined;
	beforeEach(() => {
		[deployments, fails, going] = [[], undefined, undefined];
	});
	function watched(dir = tempDir()) {
		const made = watching({
			dir,
			deploy: async () => {
				deployments.push(readFileSync(join(dir, "deployed.yaml"), "utf8"));
				await going;
				if (fails !== undefined) throw new Error(fails);
			},
		});
		return made;
	}
	const dearer = (price: number) => RULES.replace("1000", String(price));

	test("is nothing of an edit that says the same, which is not deployed", async () => {
		const { edit, said, lines, reload } = watched();
		edit(RULES.replace("# What", "# All that"));
		edit(dearer(2000));
		expect(await said(1)).toMatch(/applied \(changed: dear\)$/);
		expect(deployments).toEqual([dearer(2000)]);
		expect(lines).toHaveLength(1);
		expect(reload.status()).toEqual({ state: "up" });
	});

	test("is that a mistake is undone", async () => {
		const { edit, said, reload } = watched();
		edit(`${RULES}  nonsense`);
		expect(await said(1)).toMatch(/the rules before it go on:\n.*rules\.yaml:\d+: /);
		edit(RULES);
		expect(await said(2)).toMatch(/rules\.yaml: says again what is deployed$/);
		expect(reload.status()).toEqual({ state: "up" });
		expect(deployments).toEqual([]);
	});

	test("is that the file is gone, which is followed when it is there again", async () => {
		const { file, edit, said, reload } = watched();
		rmSync(file);
		expect(await said(1)).toMatch(/the rules before it go on:\n {2}The alerting rules cannot be read: ENOENT/);
		expect(reload.status().state).toBe("down");
		edit(dearer(3000));
		expect(await said(2)).toMatch(/applied \(changed: dear\)$/);
	});

	test("is why a deployment failed, which is tried again when the file is saved again", async () => {
		const { deployed, edit, said, reload } = watched();
		fails = "no emulator";
		edit(dearer(2000));
		expect(await said(1)).toMatch(/rules\.yaml: could not be deployed; the rules before it go on:\n {2}no emulator$/);
		expect(reload.status()).toEqual({ state: "down", detail: "no emulator" });
		expect(readFileSync(deployed, "utf8")).toBe(RULES);
		fails = undefined;
		edit(dearer(2000));
		expect(await said(2)).toMatch(/applied \(changed: dear\)$/);
		expect(deployments).toHaveLength(2);
	});

	test("is what was edited while the stack was starting", async () => {
		const dir = tempDir();
		writeFileSync(join(dir, "rules.yaml"), dearer(4000));
		expect(await watched(dir).said(1)).toMatch(/applied \(changed: dear\)$/);
		expect(deployments).toEqual([dearer(4000)]);
	});

	test("is every edit that comes while another one is being deployed, in turn", async () => {
		let release = () => {};
		going = new Promise((resolve) => {
			release = resolve;
		});
		const { edit, said, reload } = watched();
		edit(dearer(2000));
		await expect.poll(() => deployments.length).toBe(1);
		expect(reload.status()).toEqual({ state: "restarting", detail: "deploying it (changed: dear)" });
		edit(dearer(3000));
		release();
		await said(2);
		expect(deployments).toEqual([dearer(2000), dearer(3000)]);
	});

	test("is nothing more once the stack is being stopped, and the copy is that of what was deployed", async () => {
		let fail = (_: Error) => {};
		going = new Promise((_, reject) => {
			fail = reject;
		});
		const { edit, stop, deployed, lines, reload } = watched();
		edit(dearer(2000));
		await expect.poll(() => deployments.length).toBe(1);
		stop.abort();
		fail(new Error("aborted"));
		await reload.close();
		expect(lines).toEqual([]);
		expect(readFileSync(deployed, "utf8")).toBe(RULES);
		edit(dearer(3000));
		expect(deployments).toHaveLength(1);
	});
});
