import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compileOnce, planner, planOnce } from "../../../sql/workbench/planner.ts";
import type { Compilation } from "../../../sql/workbench/types.ts";
import { type Compile, SqlError, type Workbench } from "../../../sql/workbench/workbench.ts";
import { tempDir } from "../../local/support.ts";

const FILES = {
	"1_sources/trades.sql": "-- One row: a trade.\nCREATE TABLE trades (price DOUBLE) WITH ('stream' = 'trades');\n",
	"4_job.sql": "INSERT INTO out SELECT * FROM trades;\n",
};
const before = process.env.TIDEMARK_TOOLS;

let tools: string;
let sql: string;
let kept: string;
/** What the stand-ins for the JVM were asked, and how many of them were started and stopped. */
let asked: string[];
let started: number;
let stopped: number;

beforeEach(() => {
	tools = tempDir();
	process.env.TIDEMARK_TOOLS = tools;
	for (const tool of ["runner", "flink"]) write(join(tools, tool, ".stamp"), `${tool} 1`);
	sql = tempDir();
	for (const [path, text] of Object.entries(FILES)) write(join(sql, path), text);
	kept = join(tools, "compiled");
	[asked, started, stopped] = [[], 0, 0];
});
afterEach(() => {
	if (before === undefined) delete process.env.TIDEMARK_TOOLS;
	else process.env.TIDEMARK_TOOLS = before;
});

function write(file: string, text: string): void {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}

/** A planner whose JVM compiles to a plan that tells how many were compiled before it. */
function fresh(compile = async (): Promise<Compilation> => compilation(asked.length)) {
	return planner(async () => {
		started += 1;
		const workbench: Partial<Workbench> = {
			compile: async () => {
				asked.push("compile");
				return compile();
			},
			request: async <T>(what: string) => {
				asked.push(what);
				return { names: ["F"] } as T;
			},
			stop: async () => void stopped++,
		};
		return workbench as Workbench;
	});
}

function compilation(count: number): Compilation {
	return { relations: [], inserts: [{ into: "out", reads: ["trades"], line: 1 }], plan: `{"nodes":[${count},"ä"]}` };
}

const what = (more: Partial<Compile> = {}): Compile => ({
	sql,
	properties: { A: "1", TRADES: "t" },
	plan: true,
	...more,
});

describe("what was compiled before", () => {
	test("is there without a JVM, the same in each part", async () => {
		const first = await fresh().compile(what());
		expect(first).toEqual(compilation(1));
		const second = fresh();
		expect(await second.compile(what())).toEqual(first);
		await second.stop();
		expect({ started, stopped, asked }).toEqual({ started: 1, stopped: 0, asked: ["compile"] });
	});

	test("is so wherever the files are, and however the request is written", async () => {
		await fresh().compile(what({ describe: true }));
		const copy = tempDir();
		for (const [path, text] of Object.entries(FILES)) write(join(copy, path), text);
		await fresh().compile({ sql: copy, plan: true, properties: { TRADES: "t", A: "1" } });
		await fresh().compile({ sql, plan: false, properties: { A: "1", TRADES: "t" } });
		await fresh().compile({ sql, properties: { A: "1", TRADES: "t" } });
		expect(asked).toHaveLength(2);
	});

	test.each<[string, () => Partial<Compile>]>([
		["a file", () => edit("4_job.sql", (text) => text.replace("*", "price"))],
		["a comment", () => edit("1_sources/trades.sql", (text) => text.replace("a trade", "one trade"))],
		["a file more", () => edit("2_views/v.sql", () => "CREATE VIEW v AS SELECT 1;")],
		[
			"a file's name",
			() => {
				rmSync(join(sql, "1_sources/trades.sql"));
				return edit("1_sources/t.sql", () => FILES["1_sources/trades.sql"]);
			},
		],
		["a property", () => ({ properties: { A: "2", TRADES: "t" } })],
		["a property more", () => ({ properties: { A: "1", TRADES: "t", B: "" } })],
		["what is wanted of it", () => ({ describe: false })],
		["the plan's being wanted", () => ({ plan: false })],
		["the runner", () => edit(join(tools, "runner", ".stamp"), () => "runner 2")],
		["Flink", () => edit(join(tools, "flink", ".stamp"), () => "flink 2")],
	])("is not that of another: %s", async (_, change) => {
		const first = await fresh().compile(what());
		const other = await fresh().compile(what(change()));
		expect(asked).toHaveLength(2);
		expect(other).not.toEqual(first);
	});

	test("with mistakes is compiled again, and said again", async () => {
		const problems = [
			{ file: "4_job.sql", line: 1, column: 1, endLine: null, endColumn: null, message: "no such column" },
		];
		const wrong = fresh(async () => {
			throw new SqlError(problems);
		});
		for (const _ of [1, 2]) await expect(wrong.compile(what())).rejects.toThrow("4_job.sql:1:1: no such column");
		expect(asked).toHaveLength(2);
		expect(await fresh().compile(what())).toEqual(compilation(3));
	});

	test("while its files were edited is not kept: nobody knows of which it is", async () => {
		await fresh(async () => {
			edit("4_job.sql", (text) => `${text}-- more\n`);
			return compilation(7);
		}).compile(what());
		expect(await fresh().compile(what())).toEqual(compilation(2));
		edit("4_job.sql", () => FILES["4_job.sql"]);
		expect(await fresh().compile(what())).toEqual(compilation(3));
	});

	function edit(file: string, how: (text: string) => string): Partial<Compile> {
		const path = file.startsWith("/") ? file : join(sql, file);
		let text = "";
		try {
			text = readFileSync(path, "utf8");
		} catch {}
		write(path, how(text));
		return {};
	}
});

describe("the folder of what is kept", () => {
	test("may be broken or no folder at all", async () => {
		await fresh().compile(what());
		const [name = ""] = readdirSync(kept);
		truncateSync(join(kept, name), 20);
		expect(await fresh().compile(what())).toEqual(compilation(2));
		expect(await fresh().compile(what())).toEqual(compilation(2));
		rmSync(kept, { recursive: true });
		writeFileSync(kept, "a file");
		expect(await fresh().compile(what())).toEqual(compilation(3));
		expect(await fresh().compile(what())).toEqual(compilation(4));
	});

	test("holds the forty used last, and nothing half-written", async () => {
		const of = (n: number) => what({ properties: { N: String(n) } });
		let at = 1_000_000;
		for (let n = 0; n < 40; n++) {
			const there = new Set(n === 0 ? [] : readdirSync(kept));
			await compileOnce(of(n), async () => compilation(n));
			const name = readdirSync(kept).find((each) => !there.has(each)) as string;
			utimesSync(join(kept, name), at, at++);
		}
		const nothing = async () => Promise.reject(new Error("compiled"));
		expect(await compileOnce(of(0), nothing)).toEqual(compilation(0));
		await compileOnce(of(40), async () => compilation(40));
		expect(readdirSync(kept)).toHaveLength(40);
		expect(readdirSync(kept).filter((name) => !name.endsWith(".json.gz"))).toEqual([]);
		expect(await compileOnce(of(0), nothing)).toEqual(compilation(0));
		await expect(compileOnce(of(1), nothing)).rejects.toThrow("compiled");
		expect(await compileOnce(of(2), nothing)).toEqual(compilation(2));
	});
});

describe("the plan of a run", () => {
	const FILES_THERE = { "4_job.sql": "INSERT" };
	const run = (port: number, bucket: string, more: Record<string, string> = {}) => ({
		sql: "s3://assets/a.zip",
		properties: {
			KINESIS_ENDPOINT: `http://127.0.0.1:${port}`,
			S3_ENDPOINT: `http://127.0.0.1:${port}`,
			LAKE_WAREHOUSE: `s3://${bucket}/lake`,
			LATENESS_SECONDS: "2",
			...more,
		},
	});
	/** Compiles to the properties that it was given. */
	const compile = async ({ properties, places, sql: from }: Compile): Promise<Compilation> => {
		asked.push(`${from} of ${places?.S3_ENDPOINT}`);
		return { relations: [], inserts: [], plan: JSON.stringify(properties) };
	};
	const plan = async (what: Pick<Compile, "sql" | "properties">) =>
		JSON.parse(await planOnce(what, compile, { files: FILES_THERE }));

	test("serves another run, with its own addresses in it", async () => {
		for (const [port, bucket] of [
			[4566, "lake-1"],
			[31000, "lake-2"],
			[31001, "lake-3/$&/$1"],
		] as const)
			expect(await plan(run(port, bucket))).toEqual(run(port, bucket).properties);
		expect(asked).toEqual(["s3://assets/a.zip of http://127.0.0.1:4566"]);
	});

	test.each([
		["the lateness", { LATENESS_SECONDS: "3" }],
		["an address elsewhere", { KINESIS_ENDPOINT: "https://kinesis.eu-west-1.amazonaws.com" }],
		["a path below an address", { KINESIS_ENDPOINT: "http://127.0.0.1:4566/a" }],
	])("is compiled with what decides: %s", async (_, more) => {
		await plan(run(4566, "lake"));
		expect(await plan(run(4566, "lake", more))).toEqual(run(4566, "lake", more).properties);
		expect(asked).toHaveLength(2);
	});

	test("is of the files that are given, wherever they are", async () => {
		await plan(run(4566, "lake"));
		await planOnce(run(4566, "lake"), compile, { files: { "4_job.sql": "INSERT more" } });
		expect(asked).toHaveLength(2);
	});
});

describe("the JVM", () => {
	test("is started once by what needs it, and stopped", async () => {
		const one = fresh();
		const [{ names }] = await Promise.all([
			one.request<{ names: string[] }>("functions"),
			one.compile(what()),
			one.compile(what({ plan: false })),
		]);
		expect(names).toEqual(["F"]);
		expect(asked.sort()).toEqual(["compile", "compile", "functions"]);
		await one.stop();
		expect({ started, stopped }).toEqual({ started: 1, stopped: 1 });
	});

	test("that nothing needed is neither started nor stopped, and one that did not start is no reason to fail at the end", async () => {
		await fresh().stop();
		expect({ started, stopped }).toEqual({ started: 0, stopped: 0 });
		const broken = planner(async () => {
			throw new Error("no Java");
		});
		await expect(broken.compile(what())).rejects.toThrow("no Java");
		await broken.stop();
	});
});
