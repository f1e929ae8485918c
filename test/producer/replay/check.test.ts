import { describe, expect, test } from "vitest";
import type { ReplaySpec } from "../../../producer/feed.ts";
import { checkSpec, limitsOf } from "../../../producer/replay/check.ts";

const spec = (more: object): ReplaySpec => ({ kind: "replay", files: ["a.csv"], ...more }) as ReplaySpec;

describe("a replay that cannot be is refused before a file is opened", () => {
	test.each([
		[{ speed: 0 }, "--speed takes a factor of real time above 0, such as 1 or 60, or max, but was given 0."],
		[{ speed: Number.NaN }, "--speed takes a factor of real time above 0, such as 1 or 60, or max, but was given NaN."],
		[{ interval: "1 m" }, '--interval takes a length such as 1s, 1m, 5m, 1h or 1d, but was given "1 m".'],
		[
			{ timeZone: "Mars" },
			'There is no time zone "Mars". Give an IANA name, such as America/New_York, Europe/Berlin or UTC.',
		],
		[
			{ timeFormat: "HH:mm" },
			'--time-format "HH:mm" tells no day with its year, or no time of 24 hours. Its tokens are those of luxon: ' +
				'"MM/dd/yyyy HH:mm:ss", "dd.MM.yyyy hh:mm a", "yyyyMMddHHmmss".',
		],
		[{ timeUnit: "m" }, "--time-unit takes s, ms, us, ns, but was given m."],
		[
			{ timeFormat: "MM/dd/yyyy", timeUnit: "s" },
			"--time-format and --time-unit cannot be used together: a time is a text or a number.",
		],
		[{ raw: true, map: { price: "a" } }, "--raw sends each line as it is and cannot be used with --map."],
		[
			{ raw: true, rebase: "now", loop: true, symbols: ["A"], interval: "1m", from: "2020-05-14", to: "2020-05-15" },
			"--raw sends each line as it is and cannot be used with --from, --to, --rebase, --loop, --symbols, --interval.",
		],
		[
			{ raw: true, timeZone: "UTC", timeUnit: "s" },
			"--raw sends each line as it is and cannot be used with --time-zone, --time-unit.",
		],
	])("%j", (more, message) => {
		const check = () => checkSpec(spec(more));
		expect(check).toThrow(message);
		expect(check).toThrow(expect.objectContaining({ name: "UserError" }));
	});

	test("others pass", () => {
		checkSpec(spec({}));
		checkSpec(spec({ speed: "max", interval: "500ms", timeZone: "UTC", timeUnit: "ns", loop: true }));
		checkSpec(spec({ raw: true, loop: false, speed: 2, order: "event-time" }));
	});
});

describe("the limits of a replay", () => {
	test("are instants, by its time zone or UTC", () => {
		expect(limitsOf(spec({}))).toEqual({});
		expect(limitsOf(spec({ from: "2020-05-14" }))).toEqual({ from: Date.UTC(2020, 4, 14) });
		expect(limitsOf(spec({ from: "2020-05-14", to: "2020-05-14T16:00Z", timeZone: "America/New_York" }))).toEqual({
			from: Date.UTC(2020, 4, 14, 4),
			to: Date.UTC(2020, 4, 14, 16),
		});
	});

	test("leave something between them", () => {
		for (const to of ["2020-05-14", "2020-05-13"]) {
			expect(() => limitsOf(spec({ from: "2020-05-14", to }))).toThrow(
				`--from 2020-05-14 is not before --to ${to}, which is itself no longer sent: nothing lies between.`,
			);
		}
		expect(() => limitsOf(spec({ from: "soon" }))).toThrow("--from takes a day or a time, such as 2020-05-14");
	});
});
