/** Follows what the alerting functions write about alerts, which is what became of each: their table, read again and again. */
import { setTimeout as sleep } from "node:timers/promises";
import { textOf } from "../../alerting/deliver/keys.ts";
import type { AlertItem, AlertTable } from "../../alerting/deliver/table.ts";
import { changesSince } from "../alert-changes.ts";
import { keepRow } from "./alert-rows.ts";
import type { AlertRow } from "./messages.ts";

export interface AlertsOptions {
	table: Pick<AlertTable, "changedOn">;
	/** Where the rows are kept. */
	book: AlertBook;
	/** Given the rows that are new or have changed, after each round with any. */
	onRows(rows: AlertRow[]): void;
	/** Called after every round: undefined when the table answered. */
	onHealth(error: Error | undefined): void;
	pollMs?: number;
}

const POLL_MS = 1_000;
/** An item is dated before it is written, so each round looks at what the rounds before it have seen too. */
const OVERLAP_MS = 30_000;
/** What the first round looks at: the table forgets what is older. */
const PAST_MS = 8 * 86_400_000;
/** Their symbol is none of the market's. */
const WITHOUT_SYMBOL = new Set(["storm", "pipeline"]);

/** Reads until `signal` aborts; never throws. */
export async function followAlerts(options: AlertsOptions, signal: AbortSignal): Promise<void> {
	const { table, book, onRows, onHealth, pollMs = POLL_MS } = options;
	let from = Date.now() - PAST_MS;
	while (!signal.aborted) {
		try {
			const began = Date.now();
			const rows = (await changesSince(table, from, began)).flatMap((item) => book.take(item) ?? []);
			if (rows.length > 0) onRows(rows);
			from = Math.max(from, began - OVERLAP_MS);
			book.forgetBefore(from);
			onHealth(undefined);
		} catch (error) {
			onHealth(error as Error);
		}
		await sleep(pollMs, undefined, { signal }).catch(() => {});
	}
}

/** The rows, made of the table's items: of an alert that is over there are two. */
export class AlertBook {
	readonly #rows = new Map<string, AlertRow>();
	readonly #items = new Map<string, Partial<Record<AlertItem["alert"]["state"], AlertItem>>>();
	/** What was taken already: when and as what each item was written, by its key. */
	readonly #taken = new Map<string, { at: string; status: string }>();

	/** The rows as they are now, the one that changed last at the end. */
	get rows(): AlertRow[] {
		return [...this.#rows.values()];
	}

	/** Takes an item in; returns its alert's row, or undefined if the item was taken already. */
	take(item: AlertItem): AlertRow | undefined {
		const { alert, status, updated_at: at } = item;
		const known = this.#taken.get(textOf(item));
		if (known?.at === at && known.status === status) return undefined;
		this.#taken.set(textOf(item), { at, status });
		const items = { ...this.#items.get(alert.alert_id), [alert.state]: item };
		this.#items.set(alert.alert_id, items);
		const row = rowOf(items.firing ?? item, items.resolved);
		const dropped = keepRow(this.#rows, row);
		if (dropped !== undefined) this.#items.delete(dropped);
		return row;
	}

	/** Forgets what was taken of items that nobody will give again, those written before an instant, epoch ms. */
	forgetBefore(time: number): void {
		for (const [key, { at }] of this.#taken) if (Date.parse(at) < time) this.#taken.delete(key);
	}
}

/** A row of the list: what fired, and how it stands with the last thing that is to be told of it. */
function rowOf({ alert, ...firing }: AlertItem, resolved: AlertItem | undefined): AlertRow {
	const { alert_id, event_time, rule, symbol, series, severity, direction, move_pct, price } = alert;
	const last = resolved ?? firing;
	const told = resolved?.alert ?? alert;
	return {
		id: alert_id,
		time: event_time,
		rule,
		symbol: WITHOUT_SYMBOL.has(series) ? null : symbol,
		severity,
		direction,
		movePct: move_pct,
		price,
		subject: told.subject,
		text: resolved && alert.state === "firing" ? `${alert.text}\n\n${told.text}` : told.text,
		state: told.state,
		status: last.status,
		reason: last.reason ?? null,
		told: [firing, last].some(({ status }) => status !== "suppressed"),
		changed: last.updated_at,
	};
}
