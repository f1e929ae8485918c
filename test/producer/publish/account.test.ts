import { describe, expect, test } from "vitest";
import { Account } from "../../../producer/publish/account.ts";
import { Spool } from "../../../producer/publish/spool.ts";
import { feedOf, outgoing, tempFolder } from "../support.ts";

describe("the account", () => {
	test("of nothing is all noughts and nothing", () => {
		expect(new Account(undefined).result()).toEqual({
			...{ read: 0, recovered: 0, sent: 0, spooled: 0, rejected: 0, failed: 0, retried: 0 },
			...{ kinesisRecords: 0, clocks: 0, firstEventTime: null, lastEventTime: null, closedAt: null },
		});
	});

	test("has what an earlier run left as read, and what is in the spool as spooled", () => {
		const dir = tempFolder();
		const before = new Spool({ dir });
		before.append([outgoing("SPY", 1), outgoing("SPY", 2)]);
		before.close();
		const spool = new Spool({ dir });
		const account = new Account(spool);
		expect(account.result()).toMatchObject({ read: 2, recovered: 2, spooled: 2, sent: 0 });
		spool.remove(spool.read(1));
		account.sent++;
		expect(account.result()).toMatchObject({ read: 2, sent: 1, spooled: 1 });
		spool.close();
	});

	test("knows the earliest and the latest time, in whatever order they came", () => {
		const account = new Account(undefined);
		for (const time of [5000, 1000, 9000, 3000]) account.acknowledged(time);
		account.closedAt = 20_000;
		expect(account.result()).toMatchObject({
			firstEventTime: "1970-01-01T00:00:01.000Z",
			lastEventTime: "1970-01-01T00:00:09.000Z",
			closedAt: "1970-01-01T00:00:20.000Z",
		});
	});

	test("says what waits, how long it has been, and what the feed says of itself", () => {
		const account = new Account(undefined);
		account.read = 10;
		account.sent = 4;
		account.rejected = 1;
		account.failed = 2;
		const state = { stale: [] };
		const feed = feedOf([outgoing("SPY", 1)], { total: 10, state: () => state });
		const progress = account.progress(feed, 70_000, Date.now() + 5000);
		expect(progress).toMatchObject({ total: 10, waiting: 3, state });
		expect(account.progress(feed, 70_000, 70_250).waitedMs).toBe(250);
		expect(account.progress(feed, undefined, 70_250).waitedMs).toBe(0);
		expect(progress.seconds).toBeCloseTo(5, 0);
		account.sent = 100;
		expect(account.progress(feed).waiting).toBe(0);
	});
});
