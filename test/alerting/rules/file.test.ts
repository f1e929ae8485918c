import { describe, expect, test } from "vitest";
import { loadRules, RulesError, rulesJsonSchema } from "../../../alerting/rules/load.ts";

const good = "rules:\n  - { name: good, on: 1m, when: close > 1, subject: s, message: m }\n";

function mistakesOf(text: string): string[] {
	try {
		loadRules(text, "my.yaml");
	} catch (error) {
		expect(error).toBeInstanceOf(RulesError);
		return (error as RulesError).message.split("\n");
	}
	return [];
}

describe("a file that is no rules file", () => {
	test.each([
		["nothing", "", "my.yaml:1: rules is missing"],
		["null", "null", "my.yaml:1: rules is missing"],
		["a text", "hello", 'my.yaml:1: must be a map of keys, not "hello"'],
		["a list", "[]", "my.yaml:1: must be a map of keys, not []"],
		["rules that are none", "rules: hello", 'my.yaml:1: rules must be a list, not "hello"'],
		["a quote without end", `${good}link: "x`, "my.yaml:3: Missing closing"],
		["a tab in place of spaces", "rules:\n\t- name: a", "my.yaml:2: Tabs are not allowed as indentation"],
		["a key twice", `${good}storm: {}\nstorm: {}`, "my.yaml:4: Map keys must be unique"],
		["two documents", `${good}---\n${good}`, "my.yaml:3: Source contains multiple documents"],
		["an alias of nothing", "rules: *x", "my.yaml:1: Unresolved alias"],
		[
			"aliases that grow without measure",
			`a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n${good}`,
			"my.yaml:1: Excessive alias count",
		],
		["an unknown key", `${good}storms: {}`, "my.yaml:3: storms is no key here; is storm meant?"],
		[
			"a default that there is not",
			`${good}defaults: { cooldwn: 5m }`,
			"my.yaml:3: defaults.cooldwn is no key here; is cooldown meant?",
		],
		["a storm of nothing", `${good}storm: { more_than: 0 }`, "my.yaml:3: storm.more_than must be at least 1"],
		["a storm of a half", `${good}storm: { more_than: 1.5 }`, "my.yaml:3: storm.more_than must be a whole number"],
		[
			"a link to nowhere",
			`${good}link: http://x/{{ price }}`,
			"my.yaml:3: link names price, which is no field here. There are symbol",
		],
		[
			"an exchange that there is not",
			`${good}exchanges:\n  - { symbols: ["*"], calendar: XFOO }`,
			"my.yaml:4: exchanges.0.calendar must be one of XNYS",
		],
	])("%s", (_, text, message) => {
		expect(mistakesOf(text)[0]).toContain(message);
	});
});

describe("mute times", () => {
	test.each([
		[
			"of a rule that there is not",
			"{ rules: [goood], time_zone: UTC }",
			"rules names goood, and there is no such rule; is good meant?",
		],
		["on no day", "{ days: [], time_zone: UTC }", "days must not be empty"],
		["on a day that there is not", "{ days: [monday], time_zone: UTC }", "days.0 must be one of mon, tue"],
		["in no zone", "{ days: [mon] }", "time_zone is missing"],
		["in a zone that there is not", "{ time_zone: Europe/Berln }", "time_zone must be a time zone's IANA name"],
		["from an hour that there is not", "{ from: '24:00', time_zone: UTC }", "from must be a time of day such as 22:00"],
		["from an hour of one digit", "{ from: 7:00, time_zone: UTC }", "from must be a time of day such as 22:00"],
		["of a severity that there is not", "{ severity: [fatal], time_zone: UTC }", "severity.0 must be one of info"],
	])("%s", (_, entry, message) => {
		expect(mistakesOf(`${good}mute:\n  - ${entry}`)).toEqual([expect.stringContaining(`my.yaml:4: mute.0.${message}`)]);
	});
});

describe("subscriptions", () => {
	test.each([
		"{ email: desk@example.com }",
		"{ email: desk@example.com, filter: { severity: [warning, critical], rule: [good, storm] } }",
		"{ sms: '+4915112345678', filter: { direction: [up], state: [firing], kind: [alert, storm] } }",
		"{ https: https://hooks.example.com/a, filter: { symbol: [AAPL, { prefix: BRK }] } }",
		"{ sqs: 'arn:aws:sqs:eu-central-1:123456789012:alerts', filter: { move_pct: [{ numeric: ['>=', 3] }] } }",
		"{ sqs: 'arn:aws:sqs:eu-central-1:123456789012:alerts.fifo', filter: { $or: [{ severity: [info] }] } }",
	])("%s", (entry) => {
		expect(mistakesOf(`${good}subscriptions:\n  - ${entry}`)).toEqual([]);
	});

	test.each([
		["nobody", "{}", "needs one of email, sms, https or sqs"],
		["two at once", "{ email: a@example.com, sms: '+4915112345678' }", "needs one of email"],
		["what is no address", "{ email: desk }", "email"],
		["a number without a country", "{ sms: '015112345678' }", "must be a number with its country"],
		["a number that YAML reads as one", "{ sms: +4915112345678 }", "needs one of email, sms"],
		["a web hook without TLS", "{ https: http://hooks.example.com }", "https"],
		["a queue by its address", "{ sqs: https://sqs.example.com/queue }", "must be a queue's ARN"],
		["a filter of no list", "{ email: a@example.com, filter: { severity: warning } }", "at most a filter beside it"],
		[
			"a filter by nothing that there is",
			"{ email: a@example.com, filter: { colour: [red] } }",
			"filter.colour is no attribute of a message; there are symbol, rule",
		],
		[
			"a filter by a severity that there is not",
			"{ email: a@example.com, filter: { severity: [warn] } }",
			"filter.severity names warn; there are info, warning, critical",
		],
		[
			"a filter by a rule that there is not",
			"{ email: a@example.com, filter: { rule: [goood] } }",
			"filter.rule names goood, and there is no such rule; is good meant?",
		],
	])("of %s", (_, entry, message) => {
		const [mistake, ...others] = mistakesOf(`${good}subscriptions:\n  - ${entry}`);
		expect(mistake).toMatch(/^my\.yaml:4: subscriptions\.0/);
		expect(mistake).toContain(message);
		expect(others).toEqual([]);
	});
});

test("nobody is subscribed twice", () => {
	const subscribers = ["{ email: a.b@example.com }", "{ email: a-b@example.com }", "{ sms: '+4915112345678' }"];
	const lines = (all: string[]) => `${good}subscriptions:\n${all.map((each) => `  - ${each}\n`).join("")}`;
	expect(mistakesOf(lines(subscribers))).toEqual([]);
	expect(mistakesOf(lines([...subscribers, "{ email: a.b@example.com, filter: { severity: [info] } }"]))).toEqual([
		"my.yaml:7: subscriptions.3 is for whom number 1 is; SNS has one subscription for each",
	]);
});

test("defaults are those of the file, else Tidemark's, and a rule's own come first", () => {
	const text = (defaults: string, own: string) =>
		`defaults: ${defaults}\nrules:\n  - { name: a, on: 1m, when: close > 1, subject: s, message: m${own} }`;
	const ruleOf = (defaults: string, own = "") => {
		const [rule] = loadRules(text(defaults, own)).rules;
		const { cooldown, severity, hours, for: lasting } = rule?.for("X") ?? {};
		return [rule?.group, rule?.maxAge, rule?.resolved, cooldown, severity, hours, lasting];
	};
	expect(ruleOf("{}")).toEqual([10_000, 900_000, false, 600_000, "warning", "always", 0]);
	const defaults = "{ group: 0, max_age: 1h, resolved: true, cooldown: 0s, severity: info, hours: regular }";
	expect(ruleOf(defaults)).toEqual([0, 3_600_000, true, 0, "info", "regular", 0]);
	const own = ", group: 5s, max_age: 1m, resolved: false, cooldown: 1m, severity: critical, hours: extended, for: 2m";
	expect(ruleOf(defaults, own)).toEqual([5_000, 60_000, false, 60_000, "critical", "extended", 120_000]);
});

test("overrides say what is different for their symbols; the first that fits counts", () => {
	const [rule] = loadRules(`rules:
  - name: a
    on: 1m
    when: close > level
    symbols: ["*", "!IBM"]
    values: { level: 10, other: 1 }
    overrides:
      - { symbols: [SPY, "Q*"], values: { level: 5 }, severity: info }
      - { symbols: "*Y", when: close > 1, cooldown: 1h }
    subject: "{{ level }}"
    message: m`).rules;
	const holds = (symbol: string, close: number) => rule?.for(symbol)?.when.holds({ close });
	expect([holds("AAPL", 10), holds("AAPL", 11), holds("SPY", 6), holds("QQQ", 5), holds("XY", 2)]).toEqual([
		false,
		true,
		true,
		false,
		true,
	]);
	expect(rule?.for("SPY")).toMatchObject({ severity: "info", cooldown: 600_000, values: { level: 5, other: 1 } });
	expect(rule?.for("XY")).toMatchObject({ severity: "warning", cooldown: 3_600_000, values: { level: 10 } });
	expect(rule?.for("IBM")).toBeUndefined();
});

describe("a rule's fingerprint", () => {
	const print = (changes: string, defaults = "{}") =>
		loadRules(`defaults: ${defaults}\nrules:\n  - { name: a, on: 1m, when: close > 1, ${changes} }`).rules[0]
			?.fingerprint;
	const texts = "subject: s, message: m";

	test("changes with what decides when it fires", () => {
		const edits = ["clear: close < 1", "for: 1m", "cooldown: 1m", "hours: regular", "symbols: X", "values: { x: 1 }"];
		const prints = [texts, ...edits.map((edit) => `${texts}, ${edit}`)].map((edit) => print(edit));
		expect(new Set([...prints, print(texts, "{ cooldown: 1m30s }")]).size).toBe(edits.length + 2);
	});

	test("and with nothing else", () => {
		expect(print("subject: other, message: other, resolved: true, group: 0", "{ severity: info }")).toBe(print(texts));
	});
});

test("the schema for editors is JSON, and knows each key", () => {
	const schema = JSON.parse(JSON.stringify(rulesJsonSchema()));
	expect(Object.keys(schema.properties)).toEqual(
		expect.arrayContaining(["defaults", "storm", "link", "exchanges", "rules", "mute", "subscriptions"]),
	);
	expect(schema.required).toEqual(["rules"]);
	expect(schema.properties.rules.items.required).toEqual(expect.arrayContaining(["name", "on", "when"]));
});
