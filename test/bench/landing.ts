/**
 * `npm run bench:landing`: how many bars a second one core lands in QuestDB, in batches and singly, and how many writes
 * Timestream for LiveAnalytics would bill for 1,000 bars. Every bar that was landed is counted. Writes nothing but a
 * temporary folder.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { execa } from "execa";
import type { Bar } from "../../contracts.ts";
import { parseNumber } from "../../producer/options.ts";
import { testStore } from "../support/questdb.ts";
import { dayOf } from "./alerts/day.ts";
import { table } from "./alerts/table.ts";
import { barsOfSymbols } from "./landing/bars.ts";
import { type Bill, billOf, byEnd, inBatches } from "./landing/billing.ts";
import type { Landed, Task } from "./landing/lander.ts";
import { median } from "./measured.ts";

/** Times fewer billed writes than singly. */
const TARGET = 6;

const { rounds, bars: count } = new Command("bench:landing")
	.option("--rounds <number>", "how often each way of landing gets its turn", parseNumber, 3)
	.option("--bars <number>", "how many bars a turn lands in batches", parseNumber, 200_000)
	.parse()
	.opts<{ rounds: number; bars: number }>();

const ways = [
	{ name: "5,000 a call", batch: 5_000, bars: count },
	{ name: "100 a call", batch: 100, bars: Math.ceil(count / 4) },
	{ name: "singly", batch: 1, bars: Math.ceil(count / 40) },
];
const say = (line: string) => void process.stdout.write(`${line}\n`);
const whole = (value: number) => Math.round(value).toLocaleString("en-US");

const { records, origin } = await dayOf();
const day = records.filter((record): record is Bar => "interval" in record);
say(
	`${whole(day.length)} bars of ${origin}; Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}`,
);
say(`\n${await landing()}\n`);
say(await billing());

/** Each turn is a process on one core; the store and this process have the others. */
async function landing(): Promise<string> {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-bench-landing-"));
	const file = join(dir, "bars.json");
	writeFileSync(file, JSON.stringify(day));
	const measured = new Map<string, Landed[]>(ways.map(({ name }) => [name, []]));
	try {
		for (let round = 1; round <= rounds; round++) {
			for (const { name, batch, bars } of ways) {
				await using store = await testStore();
				const landed = await turn({ url: store.url, bars, batch, file });
				const [{ rows } = { rows: 0 }] = await store.rows("SELECT count() AS rows FROM bars");
				if (rows !== bars) throw new Error(`${bars} bars were landed ${name}, but ${rows} are in the store.`);
				measured.get(name)?.push(landed);
			}
		}
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
	const rows = [...measured].map(([name, all]) => {
		const of = (value: (landed: Landed) => number) => whole(median(all.map(value)));
		return [name, of(({ bars, seconds }) => bars / seconds), of(({ bars, cpuSeconds }) => bars / cpuSeconds)];
	});
	return table([`into QuestDB, medians of ${rounds}`, "bars/s by the clock", "bars per CPU s"], rows);
}

async function turn(task: Task): Promise<Landed> {
	const lander = fileURLToPath(new URL("landing/lander.ts", import.meta.url));
	const command = [process.execPath, "--enable-source-maps", lander, JSON.stringify(task)];
	// Where the system can, the process is kept on one core, garbage collection and compression included.
	const pinned = process.platform === "linux" ? ["taskset", "--cpu-list", "0", ...command] : command;
	const { stderr } = await execa(pinned[0] as string, pinned.slice(1), { stdout: "ignore" });
	return JSON.parse(stderr.trim().split("\n").at(-1) ?? "") as Landed;
}

async function billing(): Promise<string> {
	const bills: [string, Bill][] = [
		["the day, all of it at once", await billOf(inBatches(day, 5_000))],
		[`the day as it comes, ${new Set(day.map(({ symbol }) => symbol)).size} symbols`, await billOf(byEnd(day))],
		["a minute of 50 symbols", await billOf([barsOfSymbols(day, 50)])],
		["a minute of 1,000 symbols, no value missing", await billOf([barsOfSymbols(day, 1_000)])],
	];
	const rows = bills.map(([name, { bars, calls, billed, singly }]) => {
		const each = (value: number) => ((value / bars) * 1_000).toFixed(0);
		return [name, each(calls), each(billed), each(singly), `${(singly / billed).toFixed(1)} ×`];
	});
	const head = ["Timestream for LiveAnalytics, for 1,000 bars", "calls", "billed writes", "singly", "fewer"];
	const worst = Math.min(...[bills[0], bills[3]].map((bill) => (bill ? bill[1].singly / bill[1].billed : 0)));
	const met = `${worst >= TARGET ? "met   " : "MISSED"} ${worst.toFixed(1)} times fewer in full calls, of at least ${TARGET}`;
	return `${table(head, rows)}\n\n${met}`;
}
