/** A backtest over the lake of a run, and over the file that it replayed, against what the run itself told. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { once, type Result, succeed, temporaryState } from "../cli.ts";
import { tradesBetween, writeCsv } from "../market.ts";

interface Found {
	source: string;
	notifications: { alert_id: string; event_time: string; severity: string; subject: string; state: string }[];
	suppressed: { alert_id: string; reason: string }[];
}
interface Listed {
	status: string;
	reason: string | null;
	alert: Found["notifications"][number];
}

const state = temporaryState();
let csv: string;
let result: Result;

beforeAll(async () => {
	csv = writeCsv(state.dir, "hour.csv", await tradesBetween("13:30", "14:30"));
	result = await once(state.dir, csv);
});
afterAll(() => state.remove());

const backtest = async (...args: string[]) =>
	JSON.parse(await succeed(state.dir, ["alerts", "backtest", "--json", ...args])) as Found;
const short = ({ alert_id, event_time, severity, subject, state }: Found["notifications"][number]) =>
	[alert_id, event_time, severity, subject, state].join(" ");

test("the lake and the file tell what the run told, and hold back what it held back", async () => {
	const listed = JSON.parse(await succeed(state.dir, ["alerts", "list", "--since", "1d", "--json"])) as Listed[];
	const sent = listed.filter(({ status }) => status === "sent").map(({ alert }) => short(alert));
	const kept = listed
		.filter(({ status }) => status === "suppressed")
		.map(({ alert, reason }) => `${alert.alert_id} ${reason}`);
	expect(sent).toHaveLength(result.alerts);
	expect(sent.length).toBeGreaterThan(0);

	const ofLake = await backtest();
	expect(ofLake.source).toMatch(/^the lake of run /);
	expect(ofLake.notifications.map(short).sort()).toEqual(sent.sort());
	expect(ofLake.suppressed.map(({ alert_id, reason }) => `${alert_id} ${reason}`).sort()).toEqual(kept.sort());

	// Beside the source only the wall clock differs.
	const lasting = (found: Found) => JSON.stringify({ ...found, source: "" }).replace(/"emitted_at":"[^"]*"/g, "");
	expect(lasting(await backtest("--replay", csv))).toBe(lasting(ofLake));
});

test("a part of the lake is read by day, and sifted to the millisecond", async () => {
	const all = await backtest();
	const part = await backtest("--from", "2013-10-07T14:00", "--to", "2013-10-07T14:20", "--symbols", "SPY");
	const within = ({ alert_id, event_time }: { alert_id: string; event_time: string }) =>
		alert_id.includes("|SPY|") && event_time > "2013-10-07T14:00" && event_time <= "2013-10-07T14:20:00.000Z";
	expect(part.notifications).toEqual(all.notifications.filter(within));
	expect(part.notifications.length).toBeGreaterThan(0);
	const before = await backtest("--to", "2013-10-01");
	expect(before).toMatchObject({ notifications: [], days: 0 });
});
