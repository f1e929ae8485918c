import type { Bar } from "../../contracts.ts";
import type { StoreOptions } from "../../landing/influxdb/store.ts";
import { messageOf, UserError } from "../errors.ts";
import { ask } from "../questdb.ts";
import type { WhichBars } from "./lake-bars.ts";

const DAY = 86_400_000;

/** Rows of objects: QuestDB's answer to SQL and InfluxDB's to InfluxQL. */
type Row = Record<string, unknown>;

/** What a store of line protocol says that it has: QuestDB by SQL; InfluxDB and Timestream for InfluxDB by InfluxQL. */
export function lineStoreContents(options: StoreOptions) {
	let questDb: Promise<boolean> | undefined;
	const isQuestDb = () => {
		questDb ??= answersSql(options.url);
		return questDb;
	};
	return {
		/** When its versions of these bars were emitted, in epoch ms, by their keys as replay-store.ts makes them. */
		async versions(bars: readonly Bar[]): Promise<Map<string, number>> {
			const starts = bars.map(({ window_start }) => Date.parse(window_start));
			// Not spread into one call: a day has more bars than a call has arguments.
			const from = starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
			const to = starts.reduce((most, start) => Math.max(most, start), 0) + 1;
			if (starts.length === 0) return new Map();
			const rows = (await isQuestDb())
				? await questDbRows(
						options.url,
						`SELECT symbol, interval, cast(timestamp AS LONG) / 1000 AS time, emitted_at_ms FROM bars WHERE ${between(from, to)}`,
					)
				: await influxRows(
						options,
						`SELECT emitted_at_ms FROM bars WHERE time >= ${from}ms AND time < ${to}ms GROUP BY symbol, "interval"`,
					);
			return new Map(
				rows.map(({ symbol, interval, time, emitted_at_ms }) => [
					JSON.stringify([symbol, interval, Number(time)]),
					Number(emitted_at_ms),
				]),
			);
		},
		/** How many bars it has of each interval that start in the days' time. */
		async count(which: WhichBars, days: readonly string[]): Promise<Record<string, number>> {
			const from = which.from ?? Date.parse(days[0] ?? "1970-01-01");
			const to = which.to ?? Date.parse(days.at(-1) ?? "1970-01-01") + DAY;
			const wanted = (column: string, values: readonly string[] = [], quoted: (text: string) => string = sqlText) =>
				values.length === 0 ? "" : ` AND (${values.map((value) => `${column} = ${quoted(value)}`).join(" OR ")})`;
			const rows = (await isQuestDb())
				? await questDbRows(
						options.url,
						`SELECT interval, count() AS n FROM bars WHERE ${between(from, to)}${wanted("interval", which.intervals)}${wanted("symbol", which.symbols)} GROUP BY interval`,
					)
				: await influxRows(
						options,
						`SELECT count("open") AS n FROM bars WHERE time >= ${from}ms AND time < ${to}ms${wanted('"interval"', which.intervals, influxText)}${wanted("symbol", which.symbols, influxText)} GROUP BY "interval"`,
					);
			return Object.fromEntries(rows.map(({ interval, n }) => [String(interval), Number(n)]));
		},
	};
}

const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;
const influxText = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
const between = (from: number, to: number) =>
	`timestamp >= '${new Date(from).toISOString()}' AND timestamp < '${new Date(to).toISOString()}'`;

/** An InfluxDB has no such address. */
async function answersSql(url: string): Promise<boolean> {
	try {
		const response = await fetch(new URL("/exec?query=SELECT%201", url), { signal: AbortSignal.timeout(10_000) });
		return response.ok && (await response.text()).includes("dataset");
	} catch (cause) {
		throw new UserError(`The store at ${url} does not answer: ${messageOf(cause)}`, { cause });
	}
}

async function questDbRows(url: string, sql: string): Promise<Row[]> {
	const { columns, dataset } = await ask(url, sql);
	return dataset.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
}

type Series = { columns: string[]; values: unknown[][]; tags?: Record<string, string> };

/** 1.x answers here; so do 2.x, where the bucket's name is its database's, and 3. */
async function influxRows({ url, bucket, token }: StoreOptions, q: string): Promise<Row[]> {
	const address = new URL("/query", url);
	address.search = new URLSearchParams({ db: bucket, epoch: "ms", q }).toString();
	const credential = await token?.read();
	const headers = credential ? { authorization: `Token ${credential}` } : {};
	const response = await fetch(address, { headers, redirect: "manual", signal: AbortSignal.timeout(60_000) });
	const text = await response.text();
	let answer: { error?: string; results?: { error?: string; series?: Series[] }[] } = {};
	try {
		answer = JSON.parse(text);
	} catch {
		// What is no JSON is no answer, as the status says too.
	}
	const problem = answer.error ?? answer.results?.[0]?.error;
	if (!response.ok || problem || !answer.results)
		throw new UserError(
			`The store at ${url} does not say which bars it has (${response.status}: ${(problem ?? text).slice(0, 200)}). Where it has nothing newer than the lake, --overwrite writes without asking`,
		);
	return (answer.results[0]?.series ?? []).flatMap(({ columns, values, tags = {} }) =>
		values.map((row) => ({ ...tags, ...Object.fromEntries(columns.map((name, i) => [name, row[i]])) })),
	);
}
