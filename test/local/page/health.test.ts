import { expect, test } from "vitest";
import { Health } from "../../../local/page/health.ts";
import type { Part } from "../../../local/page/messages.ts";

const up: Part[] = [
	{ part: "emulator", state: "up" },
	{ part: "questdb", state: "up" },
];

const refused = () => new Error("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:9000") });

test("a part that is said to be up and does not answer is down, and says why", () => {
	const health = new Health();
	health.set("questdb", "counts", refused());
	expect(health.over(up)).toEqual([
		{ part: "emulator", state: "up" },
		{ part: "questdb", state: "down", detail: "it does not answer: connect ECONNREFUSED 127.0.0.1:9000" },
	]);
});

test("a part is up again when every source of it answers", () => {
	const health = new Health();
	health.set("questdb", "counts", refused());
	health.set("questdb", "minutes", refused());
	health.set("questdb", "counts", undefined);
	expect(health.over(up)[1]?.state).toBe("down");
	health.set("questdb", "minutes", undefined);
	expect(health.over(up)).toEqual(up);
});

test("an emulator that refuses has answered: it is up, with what it says", () => {
	const health = new Health();
	const missing = Object.assign(new Error("Stream tidemark-bars not found"), { $metadata: { httpStatusCode: 400 } });
	health.set("emulator", "bars", missing);
	expect(health.over(up)[0]).toEqual({ part: "emulator", state: "up", detail: "Stream tidemark-bars not found" });
});

test("what the caller knows to be starting, restarting or down stays so", () => {
	const health = new Health();
	health.set("emulator", "bars", refused());
	for (const state of ["starting", "restarting", "down"] as const) {
		const parts: Part[] = [{ part: "emulator", state, detail: "by the caller" }];
		expect(health.over(parts)).toEqual(parts);
	}
});
