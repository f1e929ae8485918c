import { describe, expect, test } from "vitest";
import { stretches, timelineOf } from "../../../../alerting/commands/backtest/timeline.ts";

const NEW_YORK = "America/New_York";
const at = (text: string) => Date.parse(`${text}Z`);
const span = (day: string, from: string, to: string) => [at(`${day}T${from}`), at(`${day}T${to}`)] as const;

test("a stretch goes on over a quiet hour, and ends at a quiet night", () => {
	const bars = [
		span("2013-10-07", "13:30", "13:31"),
		span("2013-10-07", "13:30", "13:35"),
		span("2013-10-07", "14:35", "14:36"),
		span("2013-10-08", "13:30", "13:31"),
	];
	expect(stretches(bars)).toEqual([
		[at("2013-10-07T13:30"), at("2013-10-07T14:36")],
		[at("2013-10-08T13:30"), at("2013-10-08T13:31")],
	]);
	expect(stretches([])).toEqual([]);
});

describe("one day", () => {
	const timeline = timelineOf([span("2013-10-07", "08:00", "24:00")], 100, 1_060, NEW_YORK);

	test("is drawn evenly from left to right, and nothing beside it", () => {
		expect([8, 16, 24].map((hour) => timeline.x(at("2013-10-07T00:00") + hour * 3_600_000))).toEqual([100, 580, 1_060]);
		expect(timeline.x(at("2013-10-06T00:00"))).toBe(100);
		expect(timeline.x(at("2013-10-09T00:00"))).toBe(1_060);
	});

	test("has the exchange's hours where they are", () => {
		expect(timeline.ticks.map(({ label }) => label)).toEqual(
			Array.from({ length: 17 }, (_, i) => `${String(i + 4).padStart(2, "0")}:00`),
		);
		for (const { x, label } of timeline.ticks)
			expect(x).toBeCloseTo(timeline.x(at(`2013-10-07T${label}`) + 4 * 3_600_000), 6);
		expect(timeline.days).toEqual([{ x: 100, label: "Mon 7 Oct" }]);
	});

	test("in another zone has other hours, in winter too", () => {
		const winter = timelineOf([span("2024-01-02", "14:30", "21:00")], 0, 1_000, NEW_YORK);
		expect(winter.ticks[0]).toMatchObject({ label: "09:30" });
		const kolkata = timelineOf([span("2024-01-02", "03:45", "10:00")], 0, 1_000, "Asia/Kolkata");
		expect(kolkata.ticks.map(({ label }) => label.slice(3))).toEqual(expect.arrayContaining(["30", "00"]));
		expect(kolkata.ticks.at(-1)).toMatchObject({ label: "15:30" });
	});
});

describe("many days", () => {
	const days = ["04", "07", "08", "09", "10", "11"].map((day) => span(`2013-10-${day}`, "13:30", "20:00"));
	const timeline = timelineOf(days, 0, 1_000, NEW_YORK);

	test("lie side by side without their nights, in the order of time", () => {
		const edges = timeline.parts.flatMap(({ left, right }) => [left, right]);
		expect(edges).toEqual(edges.toSorted((a, b) => a - b));
		expect([edges[0], edges.at(-1)]).toEqual([0, expect.closeTo(1_000, 6)]);
		const widths = timeline.parts.map(({ left, right }) => right - left);
		for (const width of widths) expect(width).toBeCloseTo(widths[0] as number, 6);
		for (const { from, to, left, right } of timeline.parts) {
			expect(timeline.x(from)).toBeCloseTo(left, 6);
			expect(timeline.x((from + to) / 2)).toBeCloseTo((left + right) / 2, 6);
		}
	});

	test("have labels that do not touch", () => {
		const gaps = (places: { x: number }[]) => places.slice(1).map(({ x }, i) => x - (places[i]?.x ?? 0));
		expect(Math.min(...gaps(timeline.ticks))).toBeGreaterThan(40);
		const year = Array.from({ length: 250 }, (_, i) => [i * 86_400_000, i * 86_400_000 + 23_400_000] as const);
		const crowded = timelineOf(year, 0, 1_000, "UTC");
		expect(crowded.ticks).toEqual([]);
		expect(Math.min(...gaps(crowded.days))).toBeGreaterThan(90);
		expect(crowded.parts.at(-1)?.right).toBeCloseTo(1_000, 6);
	});
});

test("a market that never closes has its midnights", () => {
	const { days, ticks } = timelineOf([[at("2024-01-02T18:00"), at("2024-01-04T06:00")]], 0, 1_000, "UTC");
	expect(days.map(({ label }) => label)).toEqual(["Tue 2 Jan", "Wed 3 Jan", "Thu 4 Jan"]);
	expect(ticks.map(({ label }) => label)).toContain("00:00");
});
