import { describe, expect, test } from "vitest";
import { loadRules } from "../../../alerting/rules/load.ts";

/** Whether an alert at a time is muted by an entry as it is in the file. */
function muted(
	entry: string,
	time: string,
	alert: { rule?: string; symbol?: string; severity?: "info" | "critical" } = {},
) {
	const rule = (name: string) => `  - { name: ${name}, on: hit, when: price > 1, subject: s, message: m }`;
	const { mute } = loadRules(`rules:\n${rule("move")}\n${rule("gap")}\nmute:\n  - ${entry}\n`);
	return mute[0]?.covers({ rule: "move", symbol: "AAPL", severity: "info", time: Date.parse(time), ...alert });
}

describe("days and times, in the zone of the entry", () => {
	test.each([
		// 2026-11-27 is a Friday.
		["{ days: [sat, sun], time_zone: America/New_York }", "2026-11-28T04:59:59.999Z", false],
		["{ days: [sat, sun], time_zone: America/New_York }", "2026-11-28T05:00:00.000Z", true],
		["{ days: [sat, sun], time_zone: America/New_York }", "2026-11-30T04:59:59.999Z", true],
		["{ days: [sat, sun], time_zone: America/New_York }", "2026-11-30T05:00:00.000Z", false],
		["{ from: '12:00', to: '13:00', time_zone: Europe/Berlin }", "2026-11-27T10:59:59.999Z", false],
		["{ from: '12:00', to: '13:00', time_zone: Europe/Berlin }", "2026-11-27T11:00:00.000Z", true],
		["{ from: '12:00', to: '13:00', time_zone: Europe/Berlin }", "2026-11-27T12:00:00.000Z", false],
		["{ from: '12:00', time_zone: UTC }", "2026-11-27T23:59:59.999Z", true],
		["{ from: '12:00', time_zone: UTC }", "2026-11-28T00:00:00.000Z", false],
		["{ to: '12:00', time_zone: UTC }", "2026-11-28T00:00:00.000Z", true],
		["{ to: '12:00', time_zone: UTC }", "2026-11-28T12:00:00.000Z", false],
		["{ time_zone: UTC }", "2026-11-28T12:00:00.000Z", true],
		["{ from: '08:00', to: '08:00', time_zone: UTC }", "2026-11-28T07:00:00.000Z", true],
	])("%s at %s: %s", (entry, time, expected) => {
		expect(muted(entry, time)).toBe(expected);
	});
});

describe("a night belongs to the day on which it begins", () => {
	const night = "{ days: [fri], from: '22:00', to: '07:00', time_zone: UTC }";
	test.each([
		["2026-11-27T06:59:00.000Z", false],
		["2026-11-27T21:59:59.999Z", false],
		["2026-11-27T22:00:00.000Z", true],
		["2026-11-28T00:00:00.000Z", true],
		["2026-11-28T06:59:59.999Z", true],
		["2026-11-28T07:00:00.000Z", false],
		["2026-11-28T22:00:00.000Z", false],
	])("of Friday, %s: %s", (time, expected) => {
		expect(muted(night, time)).toBe(expected);
	});

	test("of Sunday it ends on Monday", () => {
		const sunday = "{ days: [sun], from: '22:00', to: '07:00', time_zone: UTC }";
		expect(muted(sunday, "2026-11-30T06:00:00.000Z")).toBe(true);
		expect(muted(sunday, "2026-11-29T06:00:00.000Z")).toBe(false);
	});

	test("of every day it is each night", () => {
		const each = "{ from: '22:00', to: '07:00', time_zone: UTC }";
		expect(muted(each, "2026-11-25T06:00:00.000Z")).toBe(true);
		expect(muted(each, "2026-11-25T12:00:00.000Z")).toBe(false);
	});
});

describe("where clocks are put forward or back, the local clock counts", () => {
	const night = "{ from: '22:00', to: '07:00', time_zone: Europe/Berlin }";
	test.each([
		// In winter 07:00 in Berlin is 06:00 UTC, in summer 05:00; the clocks change at 01:00 UTC on 29 March and 25 October 2026.
		["2026-03-28T05:59:59.999Z", true],
		["2026-03-28T06:00:00.000Z", false],
		["2026-03-28T20:59:59.999Z", false],
		["2026-03-28T21:00:00.000Z", true],
		["2026-03-29T04:59:59.999Z", true],
		["2026-03-29T05:00:00.000Z", false],
		["2026-03-29T20:00:00.000Z", true],
		["2026-10-25T05:59:59.999Z", true],
		["2026-10-25T06:00:00.000Z", false],
	])("%s: %s", (time, expected) => {
		expect(muted(night, time)).toBe(expected);
	});

	test("an hour that comes twice is muted twice, one that is left out never", () => {
		const twice = "{ from: '02:00', to: '03:00', time_zone: Europe/Berlin }";
		const at = (time: string) => muted(twice, time);
		expect(
			["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"].map(at),
		).toEqual([false, true, true, false]);
		expect(["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"].map(at)).toEqual([false, false]);
	});
});

test("rules, symbols and severities narrow it down, all of them together", () => {
	const at = "2026-11-27T12:00:00.000Z";
	expect(muted("{ rules: [gap], time_zone: UTC }", at)).toBe(false);
	expect(muted("{ rules: [gap, move], time_zone: UTC }", at)).toBe(true);
	expect(muted("{ symbols: 'A*', time_zone: UTC }", at)).toBe(true);
	expect(muted("{ symbols: ['A*', '!AAPL'], time_zone: UTC }", at)).toBe(false);
	expect(muted("{ severity: [warning, critical], time_zone: UTC }", at)).toBe(false);
	const all = "{ rules: [move], symbols: [AAPL], severity: [critical], time_zone: UTC, reason: night }";
	expect(muted(all, at, { severity: "critical" })).toBe(true);
	expect(muted(all, at, { severity: "critical", rule: "gap" })).toBe(false);
	expect(muted(all, at, { severity: "critical", symbol: "MSFT" })).toBe(false);
	expect(muted(all, at)).toBe(false);
});
