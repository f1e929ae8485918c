import { describe, expect, test } from "vitest";
import { openFeed } from "../../../producer/index.ts";
import { records, tempFile } from "../support.ts";

const linesOf = async (content: string | Buffer, more = {}) => {
	const feed = await openFeed({ kind: "replay", raw: true, files: [tempFile("a.jsonl", content)], ...more });
	return { feed, out: await records(feed) };
};
const trade = (symbol: unknown, event_time: unknown) => JSON.stringify({ symbol, event_time });

describe("a raw replay", () => {
	test("sends every line byte for byte, broken ones too, in their order", async () => {
		const lines = ["{broken", trade("SPY", "2020-05-14T13:30:00.000Z"), "[1]", '"text"', "null", "  "];
		const bytes = Buffer.concat([Buffer.from(lines.join("\n")), Buffer.from([0x0a, 0xff, 0xfe, 0x0d])]);
		const { feed, out } = await linesOf(bytes);
		expect(feed.total).toBe(7);
		expect(Buffer.concat(out.flatMap(({ data }) => [data, Buffer.from("\n")])).subarray(0, -1)).toEqual(bytes);
	});

	test("takes the symbol as the key, else a hash of the line, the same each time", async () => {
		const text = [trade("SPY", 1), trade("", 1), trade(7, 1), trade("x".repeat(300), 1), "broken"].join("\n");
		const { out } = await linesOf(text);
		expect(out[0]?.key).toBe("SPY");
		for (const { key } of out.slice(1)) expect(key).toMatch(/^[0-9a-f]{32}$/);
		expect(new Set(out.map(({ key }) => key)).size).toBe(5);
		expect((await linesOf(text)).out).toEqual(out);
	});

	test("knows a time where it can be read and believed", async () => {
		const times = ["2020-05-14 09:30:00-04:00", "2099-01-01T00:00:00.000Z", "soon", 17, undefined];
		const { out } = await linesOf(times.map((time) => trade("SPY", time)).join("\n"));
		expect(out.map(({ time }) => time)).toEqual([
			Date.parse("2020-05-14T13:30:00Z"),
			undefined,
			undefined,
			undefined,
			undefined,
		]);
	});

	test("is not stopped by times that go back", async () => {
		const { out } = await linesOf(`${trade("SPY", "2020-05-14T13:30:00Z")}\n${trade("SPY", "1999-05-14T13:30:00Z")}`);
		expect(out).toHaveLength(2);
	});

	test("sorts by event time if asked; what has none stays behind the line that it follows", async () => {
		const at = (second: number) => trade("SPY", `2020-05-14T13:30:0${second}Z`);
		const bytes = Buffer.concat([
			Buffer.from([at(5), "after five", at(1), ""].join("\n")),
			Buffer.from([0xff, 0x0a]),
			Buffer.from(at(3)),
		]);
		const { out } = await linesOf(bytes, { order: "event-time" });
		expect(out.map(({ data }) => data.toString("latin1"))).toEqual([at(1), "\xff", at(3), at(5), "after five"]);
		expect(out[1]?.time).toBeUndefined();
		expect(out[1]?.data).toEqual(Buffer.from([0xff]));
	});

	test("can be paced, from its earliest readable time on", async () => {
		const { feed } = await linesOf(`broken\n${trade("SPY", "2020-05-14T13:30:00Z")}`, { speed: 1 });
		expect(feed.live).toBe(true);
	});

	test("without one readable time goes at once, whatever the speed", async () => {
		expect((await linesOf("broken\nbroken", { speed: 0.001 })).out).toHaveLength(2);
	});

	test("of an empty file is an error", async () => {
		await expect(linesOf("\n\n")).rejects.toThrow(/^There is no line to send in .*a\.jsonl\.$/);
	});
});
