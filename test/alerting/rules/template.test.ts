import { describe, expect, test } from "vitest";
import { compileTemplate, printable } from "../../../alerting/rules/template.ts";

const names = ["symbol", "price", "move_pct", "direction", "volume", "window_start"];
const fields = {
	symbol: "BRK.B",
	price: 491.6,
	move_pct: null,
	direction: null,
	volume: 1_234_567.4,
	window_start: "2013-10-07T13:30:00.000Z",
};
const render = (text: string, changes: Record<string, string | number | null> = {}) =>
	compileTemplate(text, names).render({ ...fields, ...changes });

describe("filters", () => {
	test.each<[string, Record<string, number | string | null>, string]>([
		["{{ move_pct | percent }}", { move_pct: 1.005 }, "+1.00 %"],
		["{{ move_pct | percent }}", { move_pct: -2.345 }, "-2.35 %"],
		["{{ move_pct | percent }}", { move_pct: 0 }, "0.00 %"],
		["{{ move_pct | percent }}", { move_pct: null }, "–"],
		["{{ move_pct | percent }}", { move_pct: Number.POSITIVE_INFINITY }, "–"],
		["{{ move_pct | percent }}", { move_pct: "1" }, "–"],
		["{{ price | price }}", { price: 491.6 }, "491.6"],
		["{{ price | price }}", { price: 0.000012345678912 }, "0.000012345679"],
		["{{ price | price }}", { price: 123456.789012 }, "123456.79"],
		["{{ price | price }}", { price: null }, "–"],
		["{{ price | number }}", { price: 1 / 3 }, "0.33"],
		["{{ price | number: 0 }}", { price: 14.6 }, "15"],
		["{{ price | number: 99 }}", { price: 1 / 3 }, "0.33333333"],
		["{{ price | number: -1 }}", { price: 1.5 }, "2"],
		["{{ price | number: 'x' }}", { price: 1.5 }, "2"],
		["{{ volume | count }}", {}, "1,234,567"],
		["{{ window_start | time }}", {}, "13:30:00 UTC"],
		["{{ window_start | time }}", { window_start: null }, "–"],
		["{{ symbol | url_encode }}", { symbol: "BTC/USD #1" }, "BTC%2FUSD+%231"],
		["{{ price | times: 2 | round: 1 }}", { price: 1.26 }, "2.5"],
		["{{ direction | default: 'sideways' | upcase }}", {}, "SIDEWAYS"],
		["{{ window_start | date: '%H:%M', 'America/New_York' }}", {}, "09:30"],
	])("%s of %j", (text, changes, expected) => {
		expect(render(text, changes)).toBe(expected);
	});
});

test("conditions choose between texts", () => {
	const text =
		"{% if price > 500 %}dear{% elsif price > 100 %}fair{% else %}cheap{% endif %}{% unless direction %}?{% endunless %}";
	expect(render(text)).toBe("fair?");
	expect(render(text, { price: 5, direction: "up" })).toBe("cheap");
	expect(render("{% case direction %}{% when 'up' %}↑{% else %}↓{% endcase %}", { direction: "up" })).toBe("↑");
	expect(render("a{% comment %}{{ nobody }}{% endcomment %}b")).toBe("ab");
});

describe("refused, with what there is", () => {
	test.each([
		["{{ prize }}", /^names prize, which is no field here\. There are symbol, price/],
		["{{ symbol | append: nobody }}", /^names nobody/],
		["{% if nobody %}{% endif %}", /^names nobody/],
		["{{ symbol.length }}", /^names a part of symbol; fields have no parts$/],
		["{{ symbol[0] }}", /^names a part of symbol/],
		["{{ price.constructor }}", /^names a part of price/],
		["{{ symbol[price] }}", /^names a part of symbol/],
		["{{ __proto__ }}", /^names __proto__/],
		["{{ symbol | shout }}", /^cannot be read: undefined filter: shout.*\(filters: percent, price, number/],
		["{{ symbol", /^cannot be read: output .* not closed/],
		["{% if price %}", /^cannot be read: tag .* not closed/],
		["{{ symbol | date: '%H', 'Europe/Nowhere' }}", /^cannot be made, where a field is/],
		["x".repeat(4_001), /^has 4001 characters; 4000 are the most$/],
	])("%s", (text, message) => {
		expect(() => compileTemplate(text, names)).toThrow(message);
	});

	// They read files, set names, go round, or take a text for a template.
	test.each([
		..."include render layout block for tablerow assign capture increment decrement cycle raw liquid echo".split(" "),
	])("the tag %s", (tag) => {
		const text = `{% ${tag} x %}{% end${tag} %}`;
		expect(() => compileTemplate(text, names)).toThrow(`tag "${tag}" not found`);
	});

	test.each([
		..."where where_exp find find_exp group_by_exp reject_exp map sum sort split join push concat base64_decode url_decode sample json_parse inspect".split(
			" ",
		),
	])("the filter %s", (filter) => {
		expect(() => compileTemplate(`{{ symbol | ${filter}: symbol, symbol }}`, names)).toThrow(
			`undefined filter: ${filter}`,
		);
	});

	test("a text that grows without measure", () => {
		const grows = `{{ symbol ${"| replace: '', 'xxxxxxxxxx' ".repeat(30)} }}`;
		expect(() => compileTemplate(grows, names)).toThrow(/cannot be made.*memory/);
	});
});

describe("text from a record", () => {
	test.each([
		"{{ price }}",
		"{% include '/etc/passwd' %}",
		"{{ 'x' | upcase }}",
		"{%- comment -%}",
		"}} {{",
		"{% raw %}",
	])("is never a template: %s", (symbol) => {
		expect(render("[{{ symbol }}]", { symbol })).toBe(`[${symbol}]`);
		expect(render("{% if symbol == 'A' %}a{% else %}{{ symbol | upcase | downcase }}{% endif %}", { symbol })).toBe(
			symbol.toLowerCase(),
		);
	});

	test.each([
		["a\r\nSubject: forged", "a??Subject: forged"],
		["a\u2028b\u2029c\u0085d", "a?b?c?d"],
		["\u0000\u001b[31mred\u007f", "??[31mred?"],
		["\u202egnp.exe\u200b", "?gnp.exe?"],
		["\ud800", "?"],
		["\ufeffA", "?A"],
		["Ünïcode 株 ok", "Ünïcode 株 ok"],
		["", ""],
		["x".repeat(65), "x".repeat(64)],
		[`${"x".repeat(63)}😀`, `${"x".repeat(63)}\ufffd`],
	])("is printable, in one line and short: %j", (text, expected) => {
		expect(printable(text)).toBe(expected);
		expect(render("{{ symbol }}", { symbol: text })).toBe(expected);
		expect(printable(text).isWellFormed()).toBe(true);
	});
});

test("what cannot be made of some fields after all says so, and throws nothing", () => {
	const template = compileTemplate("{{ symbol }} {{ price }}", names);
	expect(template.render({ price: 1 })).toMatch(/^\(this text could not be made: undefined variable: symbol/);
	expect(template.render({ symbol: "A", price: 1 })).toBe("A 1");
});

test("a text has at most 10,000 characters", () => {
	const much = `{{ symbol ${"| replace: 'x', 'xxxx' ".repeat(4)} }}`;
	expect(render(much, { symbol: "x".repeat(64) })).toHaveLength(10_000);
});
