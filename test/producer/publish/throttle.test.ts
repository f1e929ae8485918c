import { describe, expect, test } from "vitest";
import { Throttle } from "../../../producer/publish/throttle.ts";

const KIB = 1024;

/** Sends as fast as the throttle allows into a shard that takes so many bytes a second and refuses what is over. */
function sendInto(throttle: Throttle, capacity: number, ms: number, { from = 0, bytes = 50 * KIB, shard = "a" } = {}) {
	let [now, tokens, taken, refused] = [from, capacity, 0, 0];
	while (now < from + ms) {
		const wait = Math.max(1, throttle.waitMs([shard], now));
		now += wait;
		tokens = Math.min(capacity, tokens + (capacity * wait) / 1000);
		throttle.sent(shard, bytes, now);
		if (tokens >= bytes) {
			tokens -= bytes;
			taken += bytes;
		} else {
			refused++;
			throttle.refused(shard, now);
			now += 50;
			tokens = Math.min(capacity, tokens + capacity / 20);
		}
	}
	return { taken, refused, now };
}

describe("the throttle", () => {
	test("does not hold back a shard that refuses nothing", () => {
		const throttle = new Throttle();
		for (let now = 0; now < 5000; now++) {
			expect(throttle.waitMs(["a"], now)).toBe(0);
			throttle.sent("a", 1_000_000, now);
		}
		expect(throttle.limiting).toBe(false);
	});

	test("finds the rate that a shard takes, and uses most of it", () => {
		const { taken, refused, now } = sendInto(new Throttle(), 1024 * KIB, 60_000);
		expect(taken / (now / 1000)).toBeGreaterThan(0.75 * 1024 * KIB);
		// Without it every other request would be refused.
		expect(refused).toBeLessThan(150);
	});

	test("follows a shard that takes less, then more again", () => {
		const throttle = new Throttle();
		const slow = sendInto(throttle, 200 * KIB, 30_000);
		expect(slow.taken / 30).toBeGreaterThan(0.6 * 200 * KIB);
		const fast = sendInto(throttle, 1024 * KIB, 60_000, { from: slow.now });
		expect(fast.taken / 60).toBeGreaterThan(0.6 * 1024 * KIB);
	});

	test("lowers the rate once a second at most, to 70 % of what was sent in that second", () => {
		const throttle = new Throttle();
		throttle.sent("a", 700 * KIB, 0);
		throttle.sent("a", 300 * KIB, 400);
		throttle.refused("a", 500);
		throttle.refused("a", 600);
		// 100 KiB at 700 KiB/s and what 0.1 s added to that.
		throttle.sent("a", 100 * KIB, 600);
		expect(throttle.waitMs(["a"], 600)).toBeCloseTo(142, -0.5);
		throttle.refused("a", 1501);
		throttle.sent("a", 100 * KIB, 1501);
		// Only 100 KiB in the second before: at 70 KiB/s.
		expect(throttle.waitMs(["a"], 1501)).toBeCloseTo(1428, -1.5);
	});

	test("goes by the slowest of the shards that are asked for", () => {
		const throttle = new Throttle();
		throttle.sent("a", 10 * KIB, 0);
		throttle.refused("a", 0);
		throttle.sent("a", 64 * KIB, 1);
		expect(throttle.waitMs(["b"], 1)).toBe(0);
		expect(throttle.waitMs(["b", "a"], 1)).toBeGreaterThan(3000);
	});

	test("forgets a limit that was not met for a minute", () => {
		const throttle = new Throttle();
		throttle.refused("a", 0);
		throttle.sent("a", 1024 * KIB, 0);
		expect(throttle.limiting).toBe(true);
		expect(throttle.waitMs(["a"], 60_001)).toBe(0);
		expect(throttle.limiting).toBe(false);
	});
});
