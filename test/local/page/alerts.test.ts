import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { alertKey } from "../../../alerting/deliver/keys.ts";
import type { AlertItem } from "../../../alerting/deliver/table.ts";
import { MOST_ROWS } from "../../../local/page/alert-rows.ts";
import { AlertBook, followAlerts } from "../../../local/page/alerts.ts";
import type { AlertRow } from "../../../local/page/messages.ts";
import { alert } from "./records.ts";

const AT = "2013-10-07T13:30:00.000Z";
const fired = alert("AAA", AT, { direction: "down", move_pct: -1.2, price: 101.2 });
const over = alert("AAA", AT, { event_time: "2013-10-07T13:42:00.000Z", state: "resolved", subject: "AAA: over" });

function item(of: typeof fired, updated: string, more: Partial<AlertItem> = {}): AlertItem {
	return { ...alertKey(of), alert: of, status: "waiting", updated_at: updated, ...more };
}

describe("a row", () => {
	test("has what fired, and goes with its status", () => {
		const book = new AlertBook();
		const row: AlertRow = {
			id: `move|AAA|hit 5m|${AT}`,
			time: AT,
			rule: "move",
			symbol: "AAA",
			severity: "warning",
			direction: "down",
			movePct: -1.2,
			price: 101.2,
			subject: fired.subject,
			text: fired.text,
			state: "firing",
			status: "waiting",
			reason: null,
			told: true,
			changed: "2026-11-22T15:00:00.000Z",
		};
		expect(book.take(item(fired, row.changed))).toEqual(row);
		const sent = { status: "sent", message_id: "m" } as const;
		const changed = "2026-11-22T15:00:00.100Z";
		expect(book.take(item(fired, changed, sent))).toEqual({ ...row, status: "sent", changed });
		expect(book.rows).toEqual([{ ...row, status: "sent", changed }]);
	});

	test("of an alert that is over is one, at the time when it fired, with both texts", () => {
		const book = new AlertBook();
		book.take(item(fired, "2026-11-22T15:00:00.000Z", { status: "sent" }));
		expect(book.take(item(over, "2026-11-22T15:12:00.000Z"))).toMatchObject({
			time: AT,
			movePct: -1.2,
			state: "resolved",
			status: "waiting",
			subject: "AAA: over",
			text: `${fired.text}\n\n${over.text}`,
			changed: "2026-11-22T15:12:00.000Z",
		});
		expect(book.rows).toHaveLength(1);
	});

	test("of an end alone has what that says", () => {
		const row = new AlertBook().take(item(over, "2026-11-22T15:12:00.000Z", { status: "sent" }));
		expect(row).toMatchObject({ time: over.event_time, state: "resolved", subject: "AAA: over", text: over.text });
	});

	test.each(["storm", "pipeline"])("of the series %s is about no symbol", (series) => {
		expect(new AlertBook().take(item({ ...fired, symbol: "*", series }, AT))?.symbol).toBeNull();
	});

	test("that was suppressed says why, and changes when it is told after all", () => {
		const book = new AlertBook();
		const suppressed = { status: "suppressed", reason: "cooldown" } as const;
		expect(book.take(item(fired, "2026-11-22T15:00:00.000Z", suppressed))).toMatchObject({
			...suppressed,
			told: false,
		});
		const waits = { status: "waiting", reason: null, told: true };
		expect(book.take(item(fired, "2026-11-22T15:01:00.000Z"))).toMatchObject(waits);
	});

	test("was told as soon as anything of it was, though a storm held the other message back", () => {
		const [sent, held] = [{ status: "sent" } as const, { status: "suppressed", reason: "storm" } as const];
		for (const [first, last] of [
			[sent, held],
			[held, sent],
		]) {
			const book = new AlertBook();
			book.take(item(fired, "2026-11-22T15:00:00.000Z", first));
			expect(book.take(item(over, "2026-11-22T15:12:00.000Z", last))).toMatchObject({ ...last, told: true });
		}
		const book = new AlertBook();
		book.take(item(fired, "2026-11-22T15:00:00.000Z", held));
		expect(book.take(item(over, "2026-11-22T15:12:00.000Z", held))?.told).toBe(false);
	});

	test("comes once of what is read again", () => {
		const book = new AlertBook();
		const same = () => item(fired, "2026-11-22T15:00:00.000Z");
		expect(book.take(same())).toBeDefined();
		expect(book.take(same())).toBeUndefined();
		// Within the same millisecond it was sent.
		expect(book.take({ ...same(), status: "sent" })).toBeDefined();
	});
});

test("a flood of suppressed ones drops the first of them and none that was told, and they do not come back", () => {
	const book = new AlertBook();
	const at = (i: number) => new Date(Date.parse("2026-11-22T15:00:00Z") + i * 1_000).toISOString();
	book.take(item(alert("TOLD", AT), at(0), { status: "sent" }));
	const flood = Array.from({ length: MOST_ROWS + 5 }, (_, i) =>
		item(alert(`S${i}`, AT), at(i + 1), { status: "suppressed", reason: "hours" }),
	);
	for (const each of flood) book.take(each);
	expect(book.rows).toHaveLength(MOST_ROWS + 1);
	expect(book.rows[0]?.symbol).toBe("TOLD");
	expect(book.rows[1]?.symbol).toBe("S5");
	book.forgetBefore(Date.parse(at(1)));
	for (const each of flood) expect(book.take(each)).toBeUndefined();
	// One that is told after all is of the other kind then.
	book.take(item(alert("S9", AT), at(500)));
	expect(book.rows).toHaveLength(MOST_ROWS + 1);
	expect(book.rows.at(-1)).toMatchObject({ symbol: "S9", status: "waiting" });
});

describe("following", () => {
	/** A table that gives what it is asked for, and notes that. */
	function tableOf(items: AlertItem[]) {
		const asked: string[] = [];
		const changedOn = async (day: string, after = "") => {
			asked.push(`${day} ${after}`);
			return items.filter(({ updated_at }) => updated_at.startsWith(day) && updated_at > after);
		};
		return { asked, changedOn };
	}

	async function follow(table: ReturnType<typeof tableOf>, during: (rows: AlertRow[]) => Promise<void>) {
		const stop = new AbortController();
		const rows: AlertRow[] = [];
		const errors: (string | undefined)[] = [];
		const running = followAlerts(
			{
				table,
				book: new AlertBook(),
				onRows: (changed) => rows.push(...changed),
				onHealth: (error) => errors.push(error?.message),
				pollMs: 5,
			},
			stop.signal,
		);
		await during(rows);
		stop.abort();
		await running;
		return { rows, errors };
	}

	const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

	test("begins with the days that the table remembers, and goes on with what changes", async () => {
		const items = [item(alert("OLD", AT), daysAgo(7.5)), item(alert("TODAY", AT), daysAgo(0))];
		const table = tableOf(items);
		const { rows, errors } = await follow(table, async (rows) => {
			await expect.poll(() => rows.map(({ symbol }) => symbol)).toEqual(["OLD", "TODAY"]);
			items.push(item(alert("NEXT", AT), daysAgo(0)));
			await expect.poll(() => rows.map(({ symbol }) => symbol)).toEqual(["OLD", "TODAY", "NEXT"]);
		});
		expect(rows).toHaveLength(3);
		expect(new Set(errors)).toEqual(new Set([undefined]));
		expect(table.asked.length).toBeGreaterThan(9);
		expect(table.asked[0]?.slice(0, 10)).toBe(daysAgo(8).slice(0, 10));
	});

	test("does not miss what was dated before the last look and written after it", async () => {
		const items: AlertItem[] = [];
		await follow(tableOf(items), async (rows) => {
			await sleep(50);
			items.push(item(alert("SLOW", AT), new Date(Date.now() - 5_000).toISOString()));
			await expect.poll(() => rows.map(({ symbol }) => symbol)).toEqual(["SLOW"]);
		});
	});

	test("goes on where it was when the table did not answer for a while", async () => {
		const items = [item(alert("AAA", AT), daysAgo(0))];
		const table = tableOf(items);
		const { changedOn } = table;
		let fails = true;
		table.changedOn = async (day, after) => {
			if (fails) throw new Error("the table is away");
			return changedOn(day, after);
		};
		const { errors } = await follow(table, async (rows) => {
			await sleep(30);
			fails = false;
			await expect.poll(() => rows.length).toBe(1);
		});
		expect(errors[0]).toBe("the table is away");
		expect(errors.at(-1)).toBeUndefined();
	});
});
