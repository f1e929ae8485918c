import { describe, expect, test } from "vitest";
import { Clock } from "../../../contracts.ts";
import { clockPart, closingTime, minuteCanClose, Quiet } from "../../../producer/publish/clocks.ts";
import { evenShards } from "../support.ts";

const at = (text: string) => Date.parse(text);
const LATER = at("2026-01-01T00:00:00Z");

describe("a clock record", () => {
	test("is one of the contract, goes to its shard, and counts as no trade", () => {
		const [, second] = evenShards(2).all;
		const part = clockPart(second as NonNullable<typeof second>, at("2020-05-14T13:30:00.5Z"));
		expect(Clock.parse(JSON.parse(Buffer.from(part.entry.Data as Buffer).toString()))).toEqual({
			event_time: "2020-05-14T13:30:00.500Z",
			source: "clock",
		});
		expect(part.entry.ExplicitHashKey).toBe(String(2n ** 127n));
		expect(part.records).toEqual([]);
		expect(part.shard).toBe(second?.id);
		expect(part.bytes).toBe(Buffer.from(part.entry.Data as Buffer).length + 5);
	});
});

describe("quiet shards", () => {
	test("are those that took nothing for a while, and at first all", () => {
		const shards = evenShards(3);
		const quiet = new Quiet();
		const ids = (now: number) => quiet.shards(shards, 1000, now).map(({ id }) => Number(id.slice(-1)));
		expect(ids(0)).toEqual([0, 1, 2]);
		expect(quiet.dueIn(shards, 1000, 0)).toBe(0);
		for (const { id } of shards.all) quiet.taken(id, 5000);
		quiet.taken(shards.all[1]?.id as string, 5600);
		expect(ids(5999)).toEqual([]);
		expect(ids(6000)).toEqual([0, 2]);
		expect(ids(6600)).toEqual([0, 1, 2]);
		expect(quiet.dueIn(shards, 1000, 5400)).toBe(600);
		expect(quiet.dueIn(shards, 1000, 7000)).toBe(0);
	});

	test("new ones are quiet until they take something", () => {
		const quiet = new Quiet();
		for (const { id } of evenShards(1).all) quiet.taken(id, 0);
		expect(quiet.shards(evenShards(2), 1000, 1).map(({ id }) => id)).toEqual(["shardId-000000000001"]);
	});

	test("the newest acknowledged time never goes back, and keeps when it came", () => {
		const quiet = new Quiet();
		expect(quiet.newest).toBeUndefined();
		quiet.acknowledged(100, 1);
		quiet.acknowledged(90, 2);
		expect(quiet.newest).toEqual({ time: 100, at: 1 });
		quiet.acknowledged(110, 3);
		expect(quiet.newest).toEqual({ time: 110, at: 3 });
	});
});

describe("the closing clock", () => {
	const closing = (last: string, { lateness = 2000, hour = 5, now = LATER } = {}) =>
		new Date(closingTime(at(last), lateness, hour, now)).toISOString();

	test.each([
		["2013-10-07T23:59:59.536Z", "2013-10-08T05:00:03.000Z"],
		["2013-10-08T04:59:59.999Z", "2013-10-08T05:00:03.000Z"],
		["2013-10-08T05:00:00.000Z", "2013-10-09T05:00:03.000Z"],
		["1969-12-31T04:00:00.000Z", "1969-12-31T05:00:03.000Z"],
	])("after %s lies past the end of that trading day and the lateness: %s", (last, expected) => {
		expect(closing(last)).toBe(expected);
	});

	test("goes by another start of the day, and another lateness", () => {
		expect(closing("2013-10-07T23:59:59Z", { hour: 0, lateness: 500 })).toBe("2013-10-08T00:00:01.500Z");
	});

	test("of data from the present waits until the last minute may be closed", () => {
		const when = (last: string) => new Date(minuteCanClose(at(last), 2000)).toISOString();
		expect(when("2026-03-02T15:00:00.000Z")).toBe("2026-03-02T15:00:33.000Z");
		expect(when("2026-03-02T15:00:59.999Z")).toBe("2026-03-02T15:00:33.000Z");
		// A clock that is sent then says the end of that minute, the lateness and a second.
		const now = at("2026-03-02T15:00:33.000Z");
		expect(closing("2026-03-02T15:00:50Z", { now })).toBe("2026-03-02T15:01:03.000Z");
	});

	test("is never more than 30 s ahead of now, nor behind the data", () => {
		const now = at("2026-03-02T15:00:00Z");
		expect(closing("2026-03-02T14:59:00Z", { now })).toBe("2026-03-02T15:00:30.000Z");
		expect(closing("2026-03-02T15:00:50Z", { now })).toBe("2026-03-02T15:00:50.000Z");
		expect(closing("2026-03-01T14:00:00Z", { now })).toBe("2026-03-02T05:00:03.000Z");
	});
});
