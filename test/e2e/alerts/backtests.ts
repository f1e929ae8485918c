/** A backtest over the lake of a run, and over the file that it replayed, against what the run itself told. */
import { expect } from "vitest";
import { type Result, succeed } from "../cli.ts";

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

const short = ({ alert_id, event_time, severity, subject, state }: Found["notifications"][number]) =>
	[alert_id, event_time, severity, subject, state].join(" ");

/** The lake and the file tell what the run told and hold back what it held back; a part of the lake is read by day. */
export async function expectSameBacktests(state: string, csv: string, result: Result): Promise<void> {
	const backtest = async (...args: string[]) =>
		JSON.parse(await succeed(state, ["alerts", "backtest", "--json", ...args])) as Found;
	const listed = JSON.parse(await succeed(state, ["alerts", "list", "--since", "1d", "--json"])) as Listed[];
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

	// Up to its median one, of that one's symbol.
	const median = ofLake.notifications[Math.floor(ofLake.notifications.length / 2)] ?? { alert_id: "", event_time: "" };
	const symbol = median.alert_id.split("|")[1] ?? "";
	const part = await backtest("--from", "2013-10-07T13:00", "--to", median.event_time, "--symbols", symbol);
	const within = ({ alert_id, event_time }: { alert_id: string; event_time: string }) =>
		alert_id.includes(`|${symbol}|`) && event_time <= median.event_time;
	expect(part.notifications).toEqual(ofLake.notifications.filter(within));
	expect(part.notifications.length).toBeGreaterThan(0);
	const before = await backtest("--to", "2013-10-01");
	expect(before).toMatchObject({ notifications: [], days: 0 });
}
