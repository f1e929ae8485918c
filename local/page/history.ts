/** Reads the time-series store (QuestDB over HTTP): closed bars, the latest minute of each symbol, and counts. */
import { z } from "zod";
import { Bar, type Interval } from "../../contracts.ts";

/** What `/exec` answers: a table, or an error with its text. */
const Answer = z.union([
	z.object({ columns: z.array(z.object({ name: z.string() })), dataset: z.array(z.array(z.unknown())) }),
	z.object({ error: z.string() }),
]);

const COLUMNS =
	"timestamp, symbol, interval, window_end_ms, open, high, low, close, volume, trade_count, vwap, change, change_pct, move_pct, day_move_pct, emitted_at_ms";

export class Store {
	readonly #endpoint: string;

	/** @param endpoint the store's HTTP address, such as `http://127.0.0.1:9000` */
	constructor(endpoint: string) {
		this.#endpoint = endpoint;
	}

	/**
	 * The newest `limit` bars of one symbol and interval that start before `before`, oldest first.
	 * @throws where the store does not answer; a table that is not there yet is no bars
	 */
	async bars(symbol: string, interval: Interval, limit: number, before?: string): Promise<Bar[]> {
		const until = before ? ` AND timestamp < ${literal(before)}` : "";
		const rows = await this.#rows(
			`SELECT ${COLUMNS} FROM bars WHERE symbol = ${literal(symbol)} AND interval = ${literal(interval)}${until} ORDER BY timestamp DESC LIMIT ${limit}`,
		);
		return rows.map(toBar).reverse();
	}

	/** The last closed bar of each symbol in one interval. */
	async latest(interval: Interval): Promise<Bar[]> {
		const rows = await this.#rows(
			`SELECT ${COLUMNS} FROM bars WHERE interval = ${literal(interval)} LATEST ON timestamp PARTITION BY symbol`,
		);
		return rows.map(toBar);
	}

	/** The closed minutes of all symbols since `ms` before the newest one, oldest first. */
	async recentMinutes(ms: number): Promise<Bar[]> {
		const [row] = await this.#rows("SELECT max(timestamp) AS newest FROM bars WHERE interval = '1m'");
		const newest = Date.parse(String(row?.newest ?? ""));
		if (Number.isNaN(newest)) return [];
		const rows = await this.#rows(
			`SELECT ${COLUMNS} FROM bars WHERE interval = '1m' AND timestamp > ${literal(instant(newest - ms))} ORDER BY timestamp`,
		);
		return rows.map(toBar);
	}

	/** How many bars are stored, by interval, and when the newest of them was emitted (null where there is none). */
	async counts(): Promise<{ counts: Record<Interval, number>; newest: string | null }> {
		const counts = { "1m": 0, "5m": 0, "1h": 0, "1d": 0 };
		let newest = 0;
		const rows = await this.#rows("SELECT interval, count() AS n, max(emitted_at_ms) AS newest FROM bars");
		for (const row of rows) {
			if (String(row.interval) in counts) counts[row.interval as Interval] = Number(row.n);
			newest = Math.max(newest, Number(row.newest));
		}
		return { counts, newest: newest === 0 ? null : instant(newest) };
	}

	async #rows(query: string): Promise<Record<string, unknown>[]> {
		const url = `${this.#endpoint}/exec?${new URLSearchParams({ query, timings: "false" })}`;
		let answer: z.infer<typeof Answer>;
		try {
			const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
			answer = Answer.parse(await response.json());
		} catch (cause) {
			throw new Error(`the time-series store at ${this.#endpoint} did not answer: is QuestDB up?`, { cause });
		}
		if ("error" in answer) {
			if (/table does not exist/i.test(answer.error)) return [];
			throw new Error(`the time-series store refused a query: ${answer.error} (${query})`);
		}
		const names = answer.columns.map((column) => column.name);
		return answer.dataset.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
	}
}

/** A string as an SQL literal. */
export function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

function toBar(row: Record<string, unknown>): Bar {
	return Bar.parse({
		...row,
		window_start: instant(Date.parse(String(row.timestamp))),
		window_end: instant(row.window_end_ms),
		emitted_at: instant(row.emitted_at_ms),
	});
}

function instant(ms: unknown): string {
	return new Date(Number(ms)).toISOString();
}
