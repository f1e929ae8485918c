/** Records that are broken, and records that are merely odd: by a table, from a good one. */
import { gzipSync } from "node:zlib";

export type Bytes = string | Buffer;
type Values = Record<string, unknown>;

/** What no text of one JSON object of the contract is, whatever the contract. */
function notOne(good: Values): Record<string, Bytes> {
	const json = JSON.stringify(good);
	return {
		"no JSON": "boom",
		"a line of a log": 'x\n{"level":"ERROR","message":"forged"}\n',
		"a space": " ",
		"a null": "null",
		"a truth": "true",
		"a number": "42",
		"a text": '"record"',
		"a list": "[]",
		"an empty object": "{}",
		"a list of records": `[${json}]`,
		"a record in a record": JSON.stringify({ record: good }),
		"JSON in a text": JSON.stringify(json),
		"half a record": json.slice(0, json.length / 2),
		"two records": json + json,
		"lines of records": `${json}\n${json}`,
		"a comma at the end": `${json.slice(0, -1)},}`,
		"single quotes": json.replaceAll('"', "'"),
		"a comment": `${json} // a comment`,
		"a name without quotes": json.replace('"symbol"', "symbol"),
		markup: "<record><symbol>AAPL</symbol></record>",
		"comma-separated values": "AAPL,2013-10-07T13:30:00.000Z,491.6",
		"a control character inside a text": json.replace("AAPL", "AA\nPL"),
		"bytes that are no text": Buffer.from([0xff, 0xfe, 0x00, 0x80]),
		"a character cut in two": Buffer.concat([Buffer.from(json.slice(0, -2)), Buffer.from([0xe6, 0xa0])]),
		"UTF-16": Buffer.from(json, "utf16le"),
		"Latin-1": Buffer.from(json.replace("AAPL", "Ä"), "latin1"),
		compressed: gzipSync(json),
		"an aggregate of nothing": Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), Buffer.alloc(20)]),
		zeros: Buffer.alloc(64),
		"deep lists": "[".repeat(50_000),
		"deep objects": '{"symbol":'.repeat(20_000),
		"deep, and whole": `${'{"symbol":'.repeat(5_000)}1${"}".repeat(5_000)}`,
		"another record": JSON.stringify({ symbol: "AAPL", event_time: "2013-10-07T13:30:00.000Z", value: 1 }),
		"a refusal of a service": JSON.stringify({ __type: "ThrottlingException", message: "Rate exceeded" }),
		"prototypes in place of fields": `{"__proto__":${json}}`,
	};
}

/** What a number is not, in JSON. */
const NO_NUMBERS = [
	'"1"',
	"null",
	"true",
	"[]",
	"{}",
	"NaN",
	"Infinity",
	"-Infinity",
	"1e999",
	"01",
	"+1",
	"0x1",
	"1,5",
];
const NO_TEXTS = ["1", "null", "false", '["AAPL"]', "{}", '""'];
const NO_TIMES = [
	'"2013-10-07"',
	'"2013-10-07T13:30:00Z"',
	'"2013-10-07T13:30:00.000"',
	'"2013-10-07T13:30:00.000+02:00"',
	'"2013-10-07 13:30:00.000Z"',
	'"2013-02-30T13:30:00.000Z"',
	'"2013-10-07T24:00:00.000Z"',
	'"2013-10-07T13:30:00.000Z\\n"',
	'"+12013-10-07T13:30:00.000Z"',
	'"yesterday"',
	"1381152600000",
];

/** A record with other JSON in place of a field's value. */
function replaced(good: Values, name: string, json: string): string {
	return JSON.stringify({ ...good, [name]: "PLACE" }).replace('"PLACE"', () => json);
}

function inPlace(good: Values, wrong: Record<string, readonly string[]>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(wrong).flatMap(([name, values]) =>
			values.map((json) => [`${name}: ${json}`, replaced(good, name, json)] as const),
		),
	);
}

function without(good: Values): Record<string, string> {
	return Object.fromEntries(
		Object.keys(good).map((name) => [`without ${name}`, JSON.stringify({ ...good, [name]: undefined })]),
	);
}

/** Hits that are none, each by what is wrong with it. */
export function brokenHits(good: Values): Record<string, Bytes> {
	return {
		...notOne(good),
		...without(good),
		...inPlace(good, {
			symbol: NO_TEXTS,
			event_time: NO_TIMES,
			emitted_at: NO_TIMES.slice(0, 3),
			price: [...NO_NUMBERS, "0", "-1"],
			base_price: ["0", '"1"'],
			move_pct: NO_NUMBERS,
			threshold_pct: ["null", '"1"'],
			clear_pct: ["null"],
			lookback: NO_TEXTS,
			hit_id: NO_TEXTS,
			direction: ['"UP"', '"sideways"', "1", "null", '"up\\r\\nSubject: forged"'],
			state: ['"open"', '"CROSSED"', "null", "true"],
		}),
	};
}

/** Bars that are none. */
export function brokenBars(good: Values): Record<string, Bytes> {
	return {
		...notOne(good),
		...without(good),
		...inPlace(good, {
			symbol: NO_TEXTS,
			interval: ['"0m"', '"1"', '"1 m"', '"1M"', '"-5m"', '"1m\\n"', '"m"', "60", "null", '"01m"'],
			window_start: NO_TIMES,
			window_end: NO_TIMES.slice(0, 3),
			close: [...NO_NUMBERS, "0", "-1"],
			open: ["0", '"1"'],
			high: ["null"],
			low: ["-0.01"],
			volume: ["-1", "1.5", "1e20", '"1"', "null"],
			trade_count: ["0", "-1", "0.5", '"1"'],
			vwap: ['"1"', "true"],
			move_pct: NO_NUMBERS.filter((json) => json !== "null"),
			day_move_pct: ['"1"', "[]"],
		}),
	};
}

const rejectedTexts = { "half a character": '"\\ud800"', "far too long": JSON.stringify("x".repeat(300)) };

/** Good by the contract, and nothing that a state can be kept of. */
export function rejectedHits(good: Values): Record<string, Bytes> {
	return {
		"a symbol of half a character": replaced(good, "symbol", rejectedTexts["half a character"]),
		"a symbol that is far too long": replaced(good, "symbol", rejectedTexts["far too long"]),
		"a lookback that is far too long": replaced(good, "lookback", rejectedTexts["far too long"]),
		"an id without end": replaced(good, "hit_id", JSON.stringify("x".repeat(200_000))),
		"a time in the year 9999": replaced(good, "event_time", '"9999-12-31T23:59:59.999Z"'),
	};
}

export function rejectedBars(good: Values): Record<string, Bytes> {
	return {
		"a symbol of half a character": replaced(good, "symbol", rejectedTexts["half a character"]),
		"a symbol that is far too long": replaced(good, "symbol", rejectedTexts["far too long"]),
		"an end in the year 9999": replaced(good, "window_end", '"9999-12-31T23:59:59.999Z"'),
	};
}

/** Odd ones that say all that they have to: `of` makes a good record of a symbol. */
export function odd(of: (symbol: string) => Values): { record: Bytes; symbol: string }[] {
	const json = (symbol: string) => JSON.stringify(of(symbol));
	return [
		{ record: Buffer.from(`\ufeff${json("BOM")}`), symbol: "BOM" },
		{ record: ` \r\n\t${json("SPACE")}\n`, symbol: "SPACE" },
		{ record: JSON.stringify(of("PRETTY"), null, "\t"), symbol: "PRETTY" },
		{ record: json("TWICE").replace("{", '{"symbol":"FIRST",'), symbol: "TWICE" },
		{ record: json("MORE").replace("{", '{"more":{"nested":[1,2,3]},"__proto__":{"x":1},'), symbol: "MORE" },
		{ record: json("HUGE").replace(/"move_pct":[^,]+/, '"move_pct":1.7976931348623157e308'), symbol: "HUGE" },
		{ record: json("MINUS").replace(/"move_pct":[^,]+/, '"move_pct":-0'), symbol: "MINUS" },
		{ record: json("ESCAPED").replace("ESCAPED", "\\u0045SCAPED"), symbol: "ESCAPED" },
		...[
			"株式会社 😀",
			"A\u0000B",
			'X"\r\nSubject: forged\u0000\ufffe',
			"\u001b[31mred\u001b[0m",
			"a\u2028b\u202ec",
			"{{ price }}{% include 'x' %}",
			"'; DROP TABLE alerts; --",
			"<script>alert(1)</script>",
			"=cmd|' /C calc'!A0",
			"../../etc/passwd",
			"%0d%0aBcc:%20x",
			"constructor",
			"__proto__",
			" ",
			"|",
			"#",
			"x".repeat(256),
		].map((symbol) => ({ record: json(symbol), symbol })),
	];
}
