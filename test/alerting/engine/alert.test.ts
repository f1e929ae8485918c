import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asSubject } from "../../../alerting/engine/alert.ts";
import { incomingBar, incomingHit } from "../../../alerting/engine/observe.ts";
import type { Alert } from "../../../alerting/engine/types.ts";
import type { Bar } from "../../../contracts.ts";
import { readRulesFile } from "../../../infra/subscriptions.ts";
import { root } from "../../../local/paths.ts";
import { hit } from "../../support/samples.ts";
import { fold, minute, rule, rulesOf } from "./support.ts";

/** The alerts of bars that follow one another, under one rule. */
function alertsOf(changes: Record<string, unknown>, bars: readonly Partial<Bar>[], file = {}): Alert[] {
	const rules = rulesOf([rule(changes)], file);
	const records = bars.map((each, n) => incomingBar(minute(n, each), rules));
	return fold(rules, records).outcomes.flatMap((each) => (each.kind === "notify" ? [each.alert] : []));
}
const [up, down] = [{ close: 101.5, move_pct: 1.5 }, { close: 99 }];

test("an alert says what it is about", () => {
	const [alert] = alertsOf({}, [up]);
	expect(alert).toMatchObject({
		alert_id: "high|AAPL|1m|2013-10-07T14:01:00.000Z",
		rule: "high",
		symbol: "AAPL",
		series: "1m",
		state: "firing",
		severity: "warning",
		direction: "up",
		since: "2013-10-07T14:01:00.000Z",
		event_time: "2013-10-07T14:01:00.000Z",
		price: 101.5,
		move_pct: 1.5,
		subject: "AAPL at 101.5",
		text: "AAPL closed at 101.5.",
		link: null,
	});
	expect(alert?.record).toMatchObject({ ...minute(0, up), session_bars: 0, day_high: null });
	expect(alert).not.toHaveProperty("late");
});

test("of a hit too, with its price", () => {
	const rules = readRulesFile(`${root}/alerting/rules.yaml`);
	const [outcome] = fold(rules, [incomingHit(hit())]).outcomes;
	expect(outcome).toMatchObject({
		kind: "notify",
		alert: {
			alert_id: "move|AAPL|hit 5m|2013-10-07T13:30:05.250Z",
			subject: "AAPL up +1.04 % in 5m at 491.6",
			text: "AAPL moved up by +1.04 % within 5m: from 486.56 to 491.6.\nIts level is +1.00 %.",
			link: "http://127.0.0.1:8080/#AAPL/1m",
			price: 491.6,
			direction: "up",
		},
	});
});

describe("its texts", () => {
	test("may name fields, values, severity, since and time", () => {
		const message =
			"{{ rule }} {{ severity }} {{ since | time }} {{ time | time }} {{ level | number: 1 }} {{ volume | count }}";
		const [alert] = alertsOf({ message, for: "1m", when: "close > level", values: { level: 100 } }, [up, up]);
		expect(alert?.text).toBe("high warning 14:01:00 UTC 14:02:00 UTC 100.0 1,000");
	});

	test("say of what is not known that it is not, in ASCII where that has to be", () => {
		const text = "{{ gap_pct | percent }} of {{ symbol }}";
		expect(alertsOf({ subject: text, message: text }, [up])[0]).toMatchObject({
			subject: "- of AAPL",
			text: "– of AAPL",
		});
	});

	test("link to the symbol, whatever characters it has", () => {
		const link = "https://example.com/#{{ symbol | url_encode }}";
		expect(alertsOf({}, [{ ...up, symbol: "BRK B/é" }], { link })[0]?.link).toBe("https://example.com/#BRK+B%2F%C3%A9");
	});
});

describe("the end", () => {
	const facts = { state: "resolved", link: null, price: 99, event_time: "2013-10-07T14:03:00.000Z" };

	test("has texts of its own", () => {
		const texts = {
			resolved: true,
			resolved_subject: "{{ symbol }} back at {{ close }}",
			resolved_message: " {{ since }} ",
		};
		expect(alertsOf(texts, [up, up, down])[1]).toMatchObject({
			...facts,
			subject: "AAPL back at 99",
			text: "2013-10-07T14:01:00.000Z",
		});
	});

	test("or says how long it lasted", () => {
		const [first, second] = alertsOf({ resolved: true }, [up, up, down]);
		expect(second).toMatchObject({
			...facts,
			subject: "AAPL high, after 2m",
			text: "It was so for 2m, since 2013-10-07T14:01:00.000Z.",
		});
		expect(second?.alert_id).toBe(first?.alert_id);
	});

	test("with the severity that it was told with, though its last record alone would have another", () => {
		const told = alertsOf({ resolved: true, critical_when: "close >= 101" }, [up, down]);
		expect(told.map(({ state, severity }) => [state, severity])).toEqual([
			["firing", "critical"],
			["resolved", "critical"],
		]);
	});
});

test.each([
	[undefined, -0.5, "down"],
	["up", -0.5, "up"],
	["down", 0.5, "down"],
])(
	"a rule's direction %s of a bar that moved by %d is %s: a day's high may close lower",
	(direction, move_pct, said) => {
		const [alert] = alertsOf(direction ? { direction } : {}, [minute(0, { close: 101, move_pct })]);
		expect(alert?.direction).toBe(said);
	},
);

describe("a subject is what SNS takes, whatever a record holds:", () => {
	// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII that begins with a letter, number or mark, no line
	// breaks or control characters, fewer than 100 characters.
	const allowed = /^[!-~]([ -~]{0,97}[!-~])?$/;

	test.each([
		["a\r\nSubject: forged", "a??Subject: forged"],
		["é 😀 \u202e", "? ?? ?"],
		["   ", "Tidemark"],
		["", "Tidemark"],
		["x".repeat(200), "x".repeat(99)],
		[`${"x".repeat(98)} y`, "x".repeat(98)],
	])("%j", (line, subject) => {
		expect(asSubject(line)).toBe(subject);
		expect(subject).toMatch(allowed);
	});

	test("any symbol, of a beginning and an end, with texts of the rule's own or without", () => {
		const symbol = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });
		const rules = [
			rule({ resolved: true }),
			rule({ name: "own", resolved: true, resolved_subject: "{{ symbol }}\n{{ symbol }}" }),
		];
		const loaded = rulesOf(rules);
		fc.assert(
			fc.property(symbol, (name) => {
				const bars = [up, down].map((each, n) => incomingBar(minute(n, { ...each, symbol: name }), loaded));
				const alerts = fold(loaded, bars).outcomes.flatMap((each) => (each.kind === "notify" ? [each.alert] : []));
				expect(alerts).toHaveLength(4);
				expect(alerts.filter((alert) => !allowed.test(alert.subject) || alert.symbol !== name)).toEqual([]);
			}),
			{ numRuns: 500 },
		);
	});
});
