import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { root } from "../../local/paths.ts";
import { script, tempDir } from "./support.ts";

interface Ended {
	code: number;
	stdout: string;
	stderr: string;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
	return new Promise((resolve) => {
		execFile(command, args, { env: { ...process.env, TIDEMARK_STATE: tempDir(), ...env } }, (error, stdout, stderr) => {
			resolve({ code: Number(error?.code ?? 0), stdout, stderr });
		});
	});
}

const tidemark = (...args: string[]) => run(process.execPath, [join(root, "local", "cli.mjs"), ...args]);

async function takenPort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
	return (server.address() as { port: number }).port;
}

describe("the command line", () => {
	test("has its help and its version on stdout", async () => {
		const help = await tidemark("--help");
		expect(help).toMatchObject({ code: 0, stderr: "" });
		for (const name of ["up", "produce", "query", "latest", "cost", "clean"])
			expect(help.stdout).toMatch(new RegExp(`^  ${name} `, "m"));
		const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
		expect(await tidemark("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
	});

	test.each(["up", "produce", "query", "latest", "cost", "clean"])("%s has a help of its own", async (name) => {
		const { code, stdout } = await tidemark(name, "--help");
		expect(code).toBe(0);
		expect(stdout).toContain(`Usage: tidemark ${name}`);
	});

	test("helps with a command or an option that it does not know", async () => {
		expect(await tidemark("upp")).toMatchObject({
			code: 1,
			stdout: "",
			stderr: expect.stringContaining("Did you mean up?"),
		});
		const { code, stderr } = await tidemark("up", "--shard", "2");
		expect(code).toBe(1);
		expect(stderr).toContain("unknown option '--shard'");
	});
});

describe("an expected failure is one message without a stack trace, and exit code 1:", () => {
	async function failure(...args: string[]): Promise<string> {
		const { code, stdout, stderr } = await tidemark(...args);
		expect(code).toBe(1);
		expect(stdout).toBe("");
		expect(stderr).not.toMatch(/^\s+at /m);
		return stderr;
	}

	test.each([
		["0", "at least 1"],
		["two", "at least 1"],
	])("--shards %s", async (value, message) => expect(await failure("up", "--shards", value)).toContain(message));

	test("a port that is none", async () => {
		expect(await failure("up", "--port-aws", "99999")).toContain('"99999" is not a port');
	});

	test("--once without a feed that ends", async () => {
		expect(await failure("up", "--once")).toBe(
			"tidemark: --once needs a feed that ends: give --replay FILE, or --count TRADES\n",
		);
		expect(await failure("up", "--replay", "a.csv", "b.csv", "--loop", "--once")).toBe(
			"tidemark: --once needs a feed that ends: leave out --loop\n",
		);
	});

	test("a file that is not there", async () => {
		expect(await failure("up", "--replay", "/no/such.csv", "--once")).toContain("Cannot read /no/such.csv");
	});

	test("a CSV without a needed column", async () => {
		const file = join(tempDir(), "a.csv");
		writeFileSync(file, "event_time,symbol\n2013-10-07T08:00:00.464Z,SPY\n");
		expect(await failure("up", "--replay", file, "--once")).toMatch(/price/);
	});

	test("a port that is taken", async () => {
		const port = await takenPort();
		expect(await failure("up", "--port-questdb", String(port))).toContain(
			`port ${port}, which QuestDB wants, is taken: choose another one with --port-questdb N`,
		);
	});

	test("nothing to query", async () => {
		expect(await failure("query", "SELECT 1")).toContain("There is nothing to read yet");
	});
});

describe("on a Node that runs no TypeScript", () => {
	/** A clone with the real entry, whose command line only says which program runs it, and a Node that says it is old. */
	function clone(): { dir: string; oldNode: string[] } {
		const dir = tempDir();
		mkdirSync(join(dir, "local"));
		copyFileSync(join(root, "local", "cli.mjs"), join(dir, "local", "cli.mjs"));
		writeFileSync(
			join(dir, "local", "cli.ts"),
			'console.log("ran", process.argv.slice(2).join(" ")); process.exitCode = 7;\n',
		);
		writeFileSync(join(dir, "package.json"), '{"type":"module"}');
		const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });';
		writeFileSync(join(dir, "old.mjs"), old);
		return { dir, oldNode: [`--import=${join(dir, "old.mjs")}`, join(dir, "local", "cli.mjs"), "up", "--once"] };
	}

	test("the one that npm install brought is used, with its arguments and its exit code", async () => {
		const { dir, oldNode } = clone();
		mkdirSync(join(dir, "node_modules", "node", "bin"), { recursive: true });
		script(join(dir, "node_modules", "node", "bin", "node"), `exec ${process.execPath} "$@"`);
		expect(await run(process.execPath, oldNode)).toMatchObject({ code: 7, stdout: "ran up --once\n" });
	});

	test("without it there is one clear message", async () => {
		const { oldNode } = clone();
		const { code, stdout, stderr } = await run(process.execPath, oldNode);
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr).toBe(
			"Tidemark needs Node 22.18 or newer and this is 20.20.2. npm install brings one: run it, then start again.\n",
		);
	});
});

test("npx finds the command through a link", async () => {
	const dir = tempDir();
	symlinkSync(join(root, "local", "cli.mjs"), join(dir, "tidemark"));
	onTestFinished(() => rmSync(join(dir, "tidemark"), { force: true }));
	const { stdout } = await run(process.execPath, [join(dir, "tidemark"), "--version"]);
	expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
