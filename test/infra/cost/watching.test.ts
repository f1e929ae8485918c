import { expect, test } from "vitest";
import { loadOf } from "../../../infra/cost/load.ts";
import { PRICES } from "../../../infra/cost/prices.ts";
import { alarmLines, notificationLines, watchingLines } from "../../../infra/cost/watching.ts";
import { demand } from "./demand.ts";

test("notifications: SNS once, an e-mail once, and three requests of the queue beside its polls", () => {
	const [published, mailed, queue] = notificationLines({ ...loadOf(demand()), alerts: 10_000 }, PRICES);
	expect(published?.monthly).toBeCloseTo(0.005, 9);
	expect(mailed?.monthly).toBeCloseTo(0.2, 9); // 2 dollars for 100,000
	// Five pollers, three times a minute: 657,000 requests; 30,000 for the groups.
	expect(queue?.quantity).toBeCloseTo(0.687, 9);
	expect(queue?.monthly).toBeCloseTo(0.2748, 9);
});

test("logs: 1,000 bytes a call and a GB of Flink's; four metrics of each function", () => {
	const functions = ["a", "b"].map((name) => ({ name, calls: 536_870.912, records: 0, puts: false }));
	const [written, kept, metrics] = watchingLines(functions, PRICES);
	expect(written?.quantity).toBeCloseTo(2, 9);
	expect(written?.monthly).toBeCloseTo(1, 9);
	expect(kept?.monthly).toBeCloseTo(0.06, 9);
	expect(metrics?.monthly).toBeCloseTo(2.4, 9);
});

test("alarms: a tenth of a dollar for each metric, three dollars for the dashboard", () => {
	const functions = ["landing-ticks", "alerting-bars", "alerting-hits", "alerting-watch"].map((name) => ({
		name,
		calls: 0,
		records: 0,
		puts: false,
	}));
	// 16 of the job, silence, streams and queues; 3 + 3 + 3 + 2 of the functions.
	expect(alarmLines(functions, PRICES).map(({ monthly }) => monthly)).toEqual([expect.closeTo(2.7, 9), 3]);
});
