import { describe, expect, test } from "vitest";
import type { AlertRow } from "../../../../local/page/messages.ts";
import type { Colours } from "../../../../local/page/web/colours.ts";
import { toMarks } from "../../../../local/page/web/marks.ts";
import { hit } from "../records.ts";

const at = (time: string) => `2013-10-07T${time}Z`;
const minute = (iso: string) => Math.floor(Date.parse(iso) / 60_000) * 60;
const palette = { up: "green", down: "red", warn: "amber" } as Colours;
const drawn = new Set([at("13:30:00"), at("13:31:00")].map(minute));
const row = (time: string, over: Partial<AlertRow> = {}) =>
	({ time: at(time), rule: "move", told: true, direction: "up", ...over }) as AlertRow;
const marks = (hits: Parameters<typeof toMarks>[0]["hits"], alerts: AlertRow[] = []) =>
	toMarks({ hits, alerts, windowOf: minute }, drawn, palette);

describe("a hit", () => {
	test("is an arrow at its candle, below where it rises and above where it falls", () => {
		expect(
			marks([hit("AAA", at("13:31:10.000"), 9, { direction: "down" }), hit("AAA", at("13:30:10.000"), 11)]),
		).toEqual([
			{ time: minute(at("13:30:00")), position: "belowBar", shape: "arrowUp", color: "green", text: "+1.20\u202f%" },
			{ time: minute(at("13:31:00")), position: "aboveBar", shape: "arrowDown", color: "red", text: "−1.20\u202f%" },
		]);
	});

	test("is counted with others of its candle and direction", () => {
		const hits = ["13:30:10.000", "13:30:20.000"].map((time) => hit("AAA", at(time), 11));
		expect(marks(hits)).toMatchObject([{ text: "2×" }]);
	});

	test("that cleared, or is in a candle that is not drawn, has no mark", () => {
		expect(marks([hit("AAA", at("13:30:10.000"), 11, { state: "cleared" }), hit("AAA", at("12:00:00"), 11)])).toEqual(
			[],
		);
	});
});

describe("an alert", () => {
	test("that was told is a circle with its rule's name", () => {
		expect(marks([], [row("13:30:30")])).toEqual([
			{ time: minute(at("13:30:00")), position: "aboveBar", shape: "circle", color: "amber", text: "move" },
		]);
		expect(marks([], [row("13:30:30", { direction: "down" })])).toMatchObject([{ position: "belowBar" }]);
	});

	test("is one circle with others of its candle", () => {
		expect(marks([], [row("13:30:10"), row("13:30:20")])).toMatchObject([{ text: "move" }]);
		expect(marks([], [row("13:30:10"), row("13:30:20", { rule: "gap" })])).toMatchObject([{ text: "2 rules" }]);
	});

	test("that nobody was told has none", () => expect(marks([], [row("13:30:30", { told: false })])).toEqual([]));
});
