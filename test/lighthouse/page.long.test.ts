/** The live page in Lighthouse's eyes, with symbols, candles and alerts in it: `npm run test:lighthouse`. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bar, hit, tick } from "../local/page/records.ts";
import { type Stub, startStub } from "../local/page/stub.ts";
import { auditBest, CATEGORIES } from "./audit.ts";

const START = Date.parse("2013-10-07T13:00:00Z");
const LEAST = 95;
/** A phone is this machine made four times slower, with all that it does besides. */
const TIMES = 5;

let stub: Stub;
beforeAll(async () => {
	stub = await startStub();
	const symbols = ["AIG", "BAC", "IBM", "SPY", ...Array.from({ length: 36 }, (_, i) => `SYM${i}`)];
	for (const [i, symbol] of symbols.entries()) {
		const closes = Array.from({ length: 200 }, (_, minute) => 100 + i + Math.sin(minute / 7 + i));
		stub.store(closes.map((close, minute) => bar(symbol, new Date(START + 60_000 * minute).toISOString(), close)));
		stub.send({ ticks: [tick(symbol, new Date(START + 200 * 60_000 + 5_000).toISOString(), 100 + i)] });
	}
	stub.send({ hits: [hit("SPY", "2013-10-07T14:10:10.000Z", 103)] });
	stub.alerts.push({
		...{ id: "a", time: "2013-10-07T13:30:10.000Z", rule: "move", symbol: "SPY", severity: "warning", direction: "up" },
		...{ movePct: 1.2, price: 103, subject: "SPY up", text: "SPY up", state: "firing", status: "suppressed" },
		...{ reason: "cooldown", told: false, changed: "2013-10-07T13:30:11.000Z" },
	});
	stub.status.parts = stub.status.parts.map((part) =>
		part.part === "producer" ? { ...part, feed: "synthetic feed, seed 1" } : part,
	);
});
afterAll(() => stub?.close());

test.each(["mobile", "desktop"] as const)(
	"%s: performance, accessibility and best practices are good",
	async (where) => {
		const { scores, findings, abroad, speed } = await auditBest(`${stub.url}/#SPY/1m`, where, LEAST, TIMES);
		process.stdout.write(`${where}: ${CATEGORIES.map((category) => `${category} ${scores[category]}`).join(", ")}\n`);
		const busy = speed < 1_000 ? ` (too busy or slow a machine to tell: ${speed}, and Lighthouse wants 1,000)` : "";
		for (const category of CATEGORIES) {
			expect(scores[category], `${category}${busy}: ${findings.join("\n")}`).toBeGreaterThanOrEqual(LEAST);
		}
		expect(abroad).toEqual([]);
	},
);
