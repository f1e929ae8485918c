import { describe, expect, test } from "vitest";
import { ProgressWriter, progressLine } from "../../producer/progress.ts";
import type { Progress } from "../../producer/publish/publish.ts";

const progress = (more: Partial<Progress> = {}): Progress => ({
	read: 0,
	recovered: 0,
	sent: 0,
	spooled: 0,
	rejected: 0,
	kinesisRecords: 0,
	waiting: 0,
	waitedMs: 0,
	state: undefined,
	retried: 0,
	failed: 0,
	clocks: 0,
	firstEventTime: null,
	lastEventTime: null,
	closedAt: null,
	total: undefined,
	seconds: 0,
	...more,
});

/** A stream that keeps what is written to it. */
function recorder(isTTY: boolean) {
	const written: string[] = [];
	const write = (text: string) => written.push(text) > 0;
	return { out: { isTTY, write } as unknown as NodeJS.WriteStream, written };
}

describe("the line", () => {
	test.each([
		[progress(), "0 sent, 0/s"],
		[progress({ sent: 12_345, seconds: 10 }), "12,345 sent, 1,235/s"],
		[progress({ sent: 250, total: 1000, seconds: 5 }), "250 of 1,000 sent (25 %), 50/s, 15 s left"],
		[progress({ sent: 999, total: 1000, seconds: 1 }), "999 of 1,000 sent (99 %), 999/s, 1 s left"],
		[progress({ sent: 10, total: 10_000, seconds: 10 }), "10 of 10,000 sent (0 %), 1/s, 2 h 46 min left"],
		[progress({ sent: 10, total: 1000, seconds: 10 }), "10 of 1,000 sent (1 %), 1/s, 16 min 30 s left"],
		[
			progress({ sent: 10, total: 10, seconds: 1, retried: 1200, failed: 3 }),
			"10 of 10 sent (100 %), 10/s, 1,200 retried, 3 failed",
		],
		[progress({ total: 0 }), "0 of 0 sent (100 %), 0/s"],
	])("%#", (at, expected) => expect(progressLine(at)).toBe(expected));
});

describe("writing it", () => {
	test("on a terminal happens over and over on one line, which other lines push away", () => {
		const { out, written } = recorder(true);
		const writer = new ProgressWriter(out);
		writer.show(progress({ sent: 1, seconds: 1 }));
		writer.show(progress({ sent: 2, seconds: 2 }));
		writer.line("a warning");
		writer.line("another");
		writer.end(progress({ sent: 3, seconds: 3 }));
		expect(written).toEqual([
			"\r\x1b[K1 sent, 1/s",
			"\r\x1b[K2 sent, 1/s",
			"\r\x1b[Ka warning\n",
			"another\n",
			"3 sent, 1/s in 3 s\n",
		]);
	});

	test("elsewhere happens every ten seconds, and at the end", () => {
		const { out, written } = recorder(false);
		const writer = new ProgressWriter(out);
		for (let seconds = 1; seconds <= 25; seconds++) writer.show(progress({ sent: seconds, seconds }));
		writer.end(progress({ sent: 26, seconds: 26 }));
		expect(written).toEqual(["10 sent, 1/s\n", "20 sent, 1/s\n", "26 sent, 1/s in 26 s\n"]);
	});
});
