import { beforeEach, describe, expect, test } from "vitest";
import { FlowMeter, type Measured } from "../../../local/page/flow.ts";
import type { AlertRow } from "../../../local/page/messages.ts";
import { quietStatus } from "./stub.ts";

const NOW = Date.parse("2026-03-02T15:00:00Z");
const ago = (ms: number) => new Date(NOW - ms).toISOString();
const row = (status: AlertRow["status"], changed: string) => ({ status, changed }) as AlertRow;

let flow: FlowMeter;
let measured: Measured;
beforeEach(() => {
	flow = new FlowMeter();
	measured = { figures: quietStatus().figures, sent: null, waitedMs: null, alerts: [] };
});

describe("an arrow", () => {
	test("is not known where nothing was counted", () => {
		const read = flow.read(NOW, measured);
		for (const name of ["trades", "job", "lake", "store", "latest"] as const) {
			expect([name, read[name]]).toEqual([name, { total: null, perSecond: null, lagMs: null }]);
		}
		expect(read.bars).toEqual({ total: 0, perSecond: null, lagMs: null });
	});

	test("from the feed and into the job is what was sent and read, how long more waits, how far the job is behind", () => {
		Object.assign(measured.figures, { tradesIn: 900, behindMs: 250 });
		flow.read(NOW, { ...measured, sent: 1_000, waitedMs: 0 });
		measured.figures.tradesIn = 1_900;
		const { trades, job } = flow.read(NOW + 2_000, { ...measured, sent: 5_000, waitedMs: 40 });
		expect(trades).toEqual({ total: 5_000, perSecond: 2_000, lagMs: 40 });
		expect(job).toEqual({ total: 1_900, perSecond: 500, lagMs: 250 });
	});

	test.each(["bars", "ticks", "hits"] as const)("out of the job counts %s, and how late the newest came", (stream) => {
		flow.read(NOW, measured);
		flow.saw(stream, ago(700), NOW);
		flow.saw(stream, ago(200), NOW);
		// One that was emitted before the newest says nothing about how late things come now.
		flow.saw(stream, ago(90_000), NOW);
		expect(flow.read(NOW + 1_000, measured)[stream]).toEqual({ total: 3, perSecond: 3, lagMs: 200 });
	});

	test("into the store is behind by what the stream has and the store has not", () => {
		flow.storeHas(ago(5_000));
		expect(flow.read(NOW, measured).store.lagMs).toBeNull();
		flow.saw("bars", ago(1_000), NOW);
		flow.storeHas(ago(5_000));
		measured.figures.bars = { "1m": 10, "5m": 2, "1h": 1, "1d": 0 };
		expect(flow.read(NOW, measured).store).toMatchObject({ total: 13, lagMs: 4_000 });
		flow.storeHas(ago(1_000));
		expect(flow.read(NOW, measured).store.lagMs).toBe(0);
	});

	test("into the latest prices counts what the table has, and is behind by what it has not", () => {
		for (const ms of [9_000, 8_000, 7_000]) flow.latest.saw({ symbol: "SPY", event_time: ago(ms) }, NOW - ms);
		flow.latest.has([{ symbol: "SPY", event_time: ago(9_000) }], NOW - 5_000);
		expect(flow.read(NOW - 5_000, measured).latest).toEqual({ total: 1, perSecond: null, lagMs: 3_000 });
		flow.latest.has([{ symbol: "SPY", event_time: ago(7_000) }], NOW - 4_000);
		expect(flow.read(NOW - 4_000, measured).latest).toEqual({ total: 3, perSecond: 2, lagMs: 0 });
	});

	test("into the lake is behind the watermark by what its last whole minute is", () => {
		const lake = { duplicates: 0, malformed: 0, invalid: 0, late: 0 };
		const live = { eventTime: ago(2_000), lagMs: 2_000 };
		Object.assign(measured.figures, { ...live, lake: { ...lake, trades: 700, until: ago(62_000) } });
		expect(flow.read(NOW, measured).lake).toMatchObject({ total: 700, lagMs: 60_000 });
		measured.figures.lake = lake;
		expect(flow.read(NOW, measured).lake).toMatchObject({ total: null, lagMs: null });
	});

	test("into the lake is behind by the time since the watermark passed that, in a replay that is faster than time", () => {
		const lake = { duplicates: 0, malformed: 0, invalid: 0, late: 0, trades: 700, until: "2013-10-07T13:30:00.000Z" };
		Object.assign(measured.figures, { lagMs: null, lake });
		// 60 times real time: a minute of the replay each second.
		for (let second = 0; second <= 12; second++) {
			measured.figures.eventTime = new Date(Date.parse(lake.until) + (second - 2) * 60_000).toISOString();
			const { lagMs } = flow.read(NOW + second * 1_000, measured).lake;
			expect(lagMs).toBe(Math.max(0, (second - 3) * 1_000));
		}
	});

	test("into the lake has its rate over several checkpoints", () => {
		const lake = { duplicates: 0, malformed: 0, invalid: 0, late: 0, until: ago(0) };
		for (let second = 0; second <= 59; second++) {
			measured.figures.lake = { ...lake, trades: 600 * Math.floor(second / 20) };
			flow.read(NOW + second * 1_000, measured);
		}
		measured.figures.lake = { ...lake, trades: 1_800 };
		expect(flow.read(NOW + 60_000, measured).lake.perSecond).toBe(30);
	});

	test("into the alerts is behind by the oldest that waits to be told", () => {
		expect(flow.read(NOW, measured).alerts).toMatchObject({ total: 0, lagMs: 0 });
		measured.alerts = [row("sent", ago(90_000)), row("waiting", ago(4_000)), row("sending", ago(7_000))];
		expect(flow.read(NOW, measured).alerts).toMatchObject({ total: 3, lagMs: 7_000 });
	});
});
