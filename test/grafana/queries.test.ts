/** Every query of every panel, variable, annotation and alert rule, run on the store that it is for. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ruleGroups } from "../../grafana/alerts.ts";
import { barQueries, dashboards } from "../../grafana/dashboards.ts";
import type { Needs, PanelSpec } from "../../grafana/panel.ts";
import { market, symbol } from "../../grafana/panels/bars.ts";
import { batch } from "../../grafana/panels/batch.ts";
import { pipeline } from "../../grafana/panels/pipeline.ts";
import { metrics } from "../../grafana/queries/cloudwatch.ts";
import { averages } from "../../grafana/queries/sql.ts";
import { dataSources, type Store, stores, textKey } from "../../grafana/stores.ts";
import { lintQueries } from "../../local/athena/lint.ts";
import { startProgress } from "../../local/progress.ts";
import { setUpTrinoParser } from "../../local/setup.ts";
import { comparable, joined, problemsOf, type Row } from "./answers.ts";
import { filledIn } from "./macros.ts";
import { barsOutside, intervals, range, sampleBars, sampleLake, symbols } from "./samples.ts";
import { type Answering, influxDbWith, lakeWith, liveAnalyticsWith, questDbWith } from "./stores.ts";

const values: Record<string, string> = {
	symbol: "AAPL",
	compare: "O'X",
	bar_interval: "1m",
	threshold: "1",
	symbols: "%",
	traders: "%",
	time_zone: "America/New_York",
};

const opened = new Map<Store, Answering>();
/** What each store was asked, as its plugin would send it. */
const asked = new Map<Store, string[]>(stores.map((store) => [store, []]));

beforeAll(async () => {
	const bars = [...sampleBars(), ...barsOutside()];
	const athena = await lakeWith(sampleLake(bars));
	const others = await Promise.all([questDbWith(bars, athena.lake), influxDbWith(bars), liveAnalyticsWith(bars)]);
	const all = [...others, athena];
	for (const [index, store] of stores.entries()) opened.set(store, all[index] as Answering);
});
afterAll(async () => {
	await Promise.all([...opened.values()].map((store) => store[Symbol.asyncDispose]()));
});

async function ask(store: Store, text: string, given = values, within = range): Promise<Row[]> {
	const filled = filledIn(store, text, given, within);
	asked.get(store)?.push(filled);
	return (opened.get(store) as Answering).ask(filled);
}

type Target = Record<string, unknown> & { datasource: { uid: string } };
const storeOf = ({ datasource }: Target) => stores.find((store) => dataSources[store].uid === datasource.uid);

/** What a panel of a dashboard would draw, as the committed dashboard asks for it. */
async function drawn(group: Store | "aws", name: string, id: number, given = values): Promise<Row[]> {
	const panel = dashboards(group)[name]?.panels?.find((each) => each.id === id);
	if (!panel || panel.type === "row") throw new Error(`${group}/${name} has no panel ${id}`);
	const targets = ("targets" in panel ? (panel.targets ?? []) : []) as unknown as Target[];
	expect(targets.length).toBeGreaterThan(0);
	const answers = targets.map((each) => {
		const store = storeOf(each) as Store;
		return ask(store, String(each[textKey[store]]), given);
	});
	return joined(await Promise.all(answers));
}

const problems = (store: Store, rows: Row[], needs: Needs) =>
	problemsOf(rows, needs, { seriesBySeries: store === "influxdb" });

const boards: [string, readonly PanelSpec[]][] = [
	["market", market],
	["symbol", symbol],
];

describe.each(boards)("the dashboard %s", (name, specs) => {
	test.each(specs.map((spec) => [spec.title, spec] as const))(
		"%s: each store answers what the panel draws, and the same",
		async (_, spec) => {
			const answers = new Map<Store, Row[]>();
			for (const store of stores) answers.set(store, await drawn(store, name, spec.id));
			for (const [store, rows] of answers) expect([store, problems(store, rows, spec.needs)]).toEqual([store, []]);
			const [first = [], ...others] = [...answers].map(([store, rows]) =>
				comparable(settled(store, spec, rows), spec.needs),
			);
			expect(first.length).toBeGreaterThan(0);
			for (const other of others) expect(other).toEqual(first);
		},
	);
});

/** A moving average of fewer bars than it wants is left out by InfluxQL, and is that of fewer bars in SQL. */
function settled(store: Store, { query }: PanelSpec, rows: Row[]): Row[] {
	if (query !== "averages" || store === "influxdb") return rows;
	return rows.map((row, index) => {
		const early = averages.filter((bars) => index < bars - 1).map((bars) => [`sma_${bars}`, undefined]);
		return { ...row, ...Object.fromEntries(early) };
	});
}

describe("the values are right", () => {
	const closes = sampleBars().filter((bar) => bar.symbol === "AAPL" && bar.interval === "1m");

	test("of candles", async () => {
		const rows = await drawn("questdb", "market", 1);
		expect(rows).toEqual(
			closes.map(({ window_start, open, high, low, close, volume }) => ({
				...{ time: Date.parse(window_start), open, high, low, close, volume },
			})),
		);
	});

	test("of moving averages", async () => {
		const rows = await drawn("questdb", "market", 2);
		const last20 = closes.slice(-20).reduce((sum, { close }) => sum + close, 0) / 20;
		expect(rows.at(-1)?.sma_20).toBeCloseTo(last20, 9);
	});

	test("of the movers, sorted by their move", async () => {
		const rows = await drawn("questdb", "market", 4);
		const moved = closes.reduce((sum, { move_pct }) => sum + (move_pct ?? 0), 0);
		const aapl = rows.find((row) => row.symbol === "AAPL");
		expect(aapl?.move).toBeCloseTo(moved, 9);
		expect(aapl).toMatchObject({
			last_price: closes.at(-1)?.close,
			low: Math.min(...closes.map(({ low }) => low)),
			high: Math.max(...closes.map(({ high }) => high)),
			volume: closes.reduce((sum, { volume }) => sum + volume, 0),
		});
		const moves = rows.map(({ move }) => Number(move));
		expect(moves).toEqual(moves.toSorted((a, b) => b - a));
	});
});

describe.each(stores)("the choices from %s", (store) => {
	const choices = async (name: string) => {
		const list = dashboards(store).symbol?.templating.list ?? [];
		const { query } = list.find((each) => each.name === name) ?? {};
		const text = typeof query === "string" ? query : String((query as Record<string, unknown>)[textKey[store]]);
		const rows = await ask(store, text);
		return rows.map((row) => row.value ?? Object.values(row)[0]).sort();
	};

	test("are the symbols and intervals that there are", async () => {
		expect(await choices("symbol")).toEqual(symbols);
		expect(await choices("compare")).toEqual(symbols);
		expect(await choices("bar_interval")).toEqual(Object.keys(intervals).sort());
	});
});

test("annotations are the same bars in each store: 5-minute bars that moved by the threshold", async () => {
	const given = { ...values, threshold: "0.1" };
	const expected = sampleBars()
		.filter((bar) => bar.symbol === "AAPL" && bar.interval === "5m" && Math.abs(bar.move_pct ?? 0) >= 0.1)
		.map((bar) => ({ time: Date.parse(bar.window_start), up: (bar.move_pct ?? 0) > 0 }));
	expect(expected.length).toBeGreaterThan(2);
	for (const store of stores) {
		const rows = await ask(store, barQueries[store].annotation, given);
		expect(rows.map(({ time, move_pct }) => ({ time, up: Number(move_pct) > 0 }))).toEqual(expected);
		if (store !== "influxdb")
			expect(rows.map(({ text }) => text)).toEqual(expected.map(({ up }) => `AAPL ${up ? "up" : "down"}`));
	}
});

test("on AWS the crossings of the lake can be switched on, of the symbol that is shown", async () => {
	for (const store of stores) {
		const { list = [] } = dashboards(store).market?.annotations ?? {};
		const found = list.find(({ name }) => name.startsWith("Crossings"));
		if (store === "questdb") {
			expect(found).toBeUndefined();
			continue;
		}
		expect(found).toMatchObject({ enable: false, datasource: dataSources.athena });
		const target = found?.target as unknown as Target;
		expect(await ask("athena", String(target.rawSQL))).toEqual([
			{ time: Date.parse("2013-10-07T13:40:00.250Z"), text: "crossed up", move_pct: 1.035844 },
			{ time: Date.parse("2013-10-07T13:41:00.250Z"), text: "cleared up", move_pct: 1.035844 },
		]);
	}
});

describe("the dashboard pipeline", () => {
	const local = dashboards("questdb").pipeline?.panels ?? [];
	const lakes = pipeline.filter(({ query }) => !(query in metrics));

	test("there are panels of both kinds", () => {
		expect(local).toHaveLength(6);
		expect(lakes.map(({ query }) => query)).toEqual(["lateness", "rejects", "duplicates"]);
	});

	test.each(local.map((panel) => [panel.title, panel.id ?? 0] as const))("%s, here", async (_, id) => {
		const spec = pipeline.find((each) => each.id === id) as PanelSpec;
		const rows = await drawn("questdb", "pipeline", id);
		expect(problemsOf(rows, { ...spec.needs, rows: 2 })).toEqual([]);
	});

	test.each(lakes.map((spec) => [spec.title, spec] as const))("%s, here as on AWS", async (_, spec) => {
		const [here, there] = [await drawn("questdb", "pipeline", spec.id), await drawn("aws", "pipeline", spec.id)];
		expect(comparable(here, spec.needs)).toEqual(comparable(there, spec.needs));
	});

	test("the lag here is from a window's end to when its bar was emitted", async () => {
		const rows = await drawn("questdb", "pipeline", 3);
		expect(rows.map(({ lag }) => lag).slice(0, 8)).toEqual([2_000, 2_010, 2_020, 2_030, 2_040, 2_050, 2_060, 2_000]);
	});

	test.each(lakes.map((spec) => [spec.title, spec] as const))("%s, on AWS", async (_, spec) => {
		const rows = await drawn("aws", "pipeline", spec.id);
		expect(problemsOf(rows, { ...spec.needs, rows: 2 })).toEqual([]);
		const sums = spec.needs.numbers.map((name) => rows.reduce((sum, row) => sum + Number(row[name] ?? 0), 0));
		expect(sums).toEqual({ lateness: [360, 30], rejects: [90], duplicates: [270] }[spec.query as "rejects"]);
	});
});

describe("the dashboard batch", () => {
	test.each(batch().map((spec) => [spec.title, spec] as const))("%s", async (_, spec) => {
		// Seldom enough that these bars have none in a table of gaps or positions, each has rows here.
		expect(problemsOf(await drawn("aws", "batch", spec.id), spec.needs)).toEqual([]);
	});

	test("takes the symbols and the interval from its variables", async () => {
		const id = batch().find(({ query }) => query === "top_movers")?.id ?? 0;
		const rows = await drawn("aws", "batch", id, { ...values, symbols: "O'%", bar_interval: "1h" });
		expect(rows.map((row) => row.symbol)).toEqual(["O'X", "O'X", "O'X"]);
	});

	test("takes the days from the dashboard's time range", async () => {
		const targets = dashboards("aws").batch?.panels?.flatMap((panel) =>
			"targets" in panel ? (panel.targets ?? []) : [],
		);
		const later = { from: new Date("2013-10-08T00:00:00Z"), to: new Date("2013-10-08T12:00:00Z") };
		for (const each of (targets ?? []) as unknown as Target[]) {
			const rows = await ask("athena", String(each.rawSQL), values, later);
			// A sheet of rules has a row for each rule.
			if (!String(each.rawSQL).includes("AS rule")) expect(rows).toEqual([]);
		}
	});
});

describe.each(stores)("the alert rules of %s", (store) => {
	const found = ruleGroups(store).flatMap(({ rules = [] }) => rules);
	const needs: Record<string, Needs> = {
		move: { time: true, text: ["symbol"], numbers: ["move"] },
		"no-data": { time: true, text: [], numbers: ["trades"] },
		lag: { time: true, text: [], numbers: ["lag"] },
		rejects: { time: true, text: ["reason"], numbers: ["records"] },
	};

	test.each(found.map((rule) => [rule.title, rule] as const))("%s", async (_, rule) => {
		const model = rule.data[0]?.model as unknown as Target;
		const of = storeOf(model);
		if (!of) return expect(model).toMatchObject({ namespace: "AWS/Kinesis", datasource: dataSources.cloudwatch });
		// Without values: a rule has no dashboard that would give it variables.
		const rows = await ask(of, String(model[textKey[of]]), {});
		expect(problems(of, rows, needs[(rule.uid ?? "").replace(`tidemark-${store}-`, "")] as Needs)).toEqual([]);
		const none = await ask(of, String(model[textKey[of]]), {}, { from: new Date(0), to: new Date(1) });
		expect(none).toEqual([]);
	});

	test("there is one for each thing to watch", () => {
		const names = found.map(({ uid = "" }) => uid.replace(`tidemark-${store}-`, ""));
		expect(names).toEqual(["move", "no-data", "lag", ...(store === "questdb" ? [] : ["rejects"])]);
	});
});

test("Athena takes whatever it was asked here", async () => {
	const texts = [...new Set(asked.get("athena"))];
	expect(texts.length).toBeGreaterThan(25);
	const files = texts.map((text, index) => ({ file: `${index}.sql`, text }));
	const findings = await lintQueries(await setUpTrinoParser(startProgress()), files);
	expect(findings.map(({ file, message }) => [message, files.find((each) => each.file === file)?.text])).toEqual([]);
	// Trino's parser is a program of its own, which takes its time to start on a machine that is busy.
}, 180_000);

test("who reads QuestDB as Grafana does can change nothing", async () => {
	const questDb = opened.get("questdb") as Answering;
	for (const sql of [
		"DROP TABLE bars",
		"INSERT INTO bars (timestamp, symbol) VALUES (now(), 'X')",
		"TRUNCATE TABLE bars",
	])
		await expect(questDb.ask(sql)).rejects.toThrow(/permission|read.?only|denied/i);
	expect(await questDb.ask("SELECT count() AS bars FROM bars")).toEqual([
		{ bars: sampleBars().length + barsOutside().length },
	]);
});
