import { describe, expect, test } from "vitest";
import { backtest } from "../../../../alerting/commands/backtest/evaluate.ts";
import { only } from "../../../../alerting/commands/backtest/records.ts";
import { tallies, talliesByRule } from "../../../../alerting/commands/backtest/tally.ts";
import { evaluate, newSeries } from "../../../../alerting/engine/engine.ts";
import { incomingBar } from "../../../../alerting/engine/observe.ts";
import { loadRules } from "../../../../alerting/rules/load.ts";
import { ownRules, readRules } from "../../../../local/rules.ts";
import { oracle } from "../../../e2e/alerts/oracle.ts";
import { expectedOf, standard } from "../../../e2e/expected.ts";
import { tradesBetween, writeCsv } from "../../../e2e/market.ts";
import { tempDir } from "../../../local/support.ts";
import { realDataDir } from "../../../support/data.ts";
import { hit } from "../../../support/samples.ts";
import { high, minutes, recordsOf, rulesOf, run, told } from "./support.ts";

const at = (time: string) => Date.parse(`2013-10-07T${time}:00.000Z`);

describe("over records made by hand", () => {
	const bars = minutes("14:00", [99, 101, 102, 99, 103, 98, 104]);

	test("it is what the engine says of them one after the other", () => {
		const rules = rulesOf([{ name: "high", when: "close > 100", cooldown: "3m", resolved: true }]);
		let state = newSeries;
		const expected = bars.flatMap((bar) => {
			const done = evaluate(state, incomingBar(bar, rules), rules, {});
			state = done.state;
			return done.outcomes.flatMap((outcome) => (outcome.kind === "notify" ? [outcome.alert] : []));
		});
		expect(expected).toHaveLength(4);
		expect(run(bars, rules).notifications).toEqual(expected);
	});

	test("an episode is from when it held to when it was over, told or not", () => {
		const rules = rulesOf([{ name: "high", when: "close > 100", cooldown: "4m" }]);
		const episodes = run(bars, rules).episodes.map(({ since, until, told, reason }) => ({
			since,
			until,
			told,
			reason,
		}));
		expect(episodes).toEqual([
			{ since: at("14:02"), until: at("14:04"), told: at("14:02"), reason: undefined },
			{ since: at("14:05"), until: at("14:06"), told: undefined, reason: "cooldown" },
			{ since: at("14:07"), until: undefined, told: at("14:07"), reason: undefined },
		]);
	});

	test("what was kept back at first and told later is one episode, told", () => {
		const rules = rulesOf([{ name: "high", when: "close > 100", hours: "regular" }]);
		const result = run(minutes("13:27", [101, 101, 101, 101, 99]), rules);
		expect(result.episodes).toMatchObject([{ since: at("13:28"), told: at("13:31"), until: at("13:32") }]);
		expect(result.episodes[0]?.reason).toBeUndefined();
		expect(told(result)).toEqual(["13:31 high AAPL firing"]);
	});

	test("their order does not count, nor do copies, and symbols and intervals are apart", () => {
		const others = [...minutes("14:00", [101, 99], { symbol: "IBM" }), ...minutes("14:00", [101], { interval: "5m" })];
		const rules = rulesOf([
			{ name: "high", when: "close > 100" },
			{ name: "high-5m", on: "5m", when: "close > 100" },
		]);
		const result = run([...bars, ...others], rules);
		expect(told(result)).toEqual([
			"14:01 high-5m AAPL firing",
			"14:01 high IBM firing",
			"14:02 high AAPL firing",
			"14:05 high AAPL firing",
			"14:07 high AAPL firing",
		]);
		expect(run([...others, ...bars, ...bars].reverse(), rules).notifications).toEqual(result.notifications);
	});

	test("mute times hold back, and max_age does not", () => {
		const mute = [{ from: "14:00", to: "14:03", time_zone: "UTC" }];
		const result = run(bars, rulesOf([{ name: "high", when: "close > 100", max_age: "1s" }], { mute }));
		expect(told(result)).toEqual(["14:03 high AAPL firing", "14:05 high AAPL firing", "14:07 high AAPL firing"]);
	});

	test("rules that look at the clock are left out, and said to be", () => {
		const rules = rulesOf([
			{ name: "high", when: "close > 100" },
			{ name: "still", on: "quiet", when: "quiet_minutes > 1" },
		]);
		expect(run(bars, rules).unseen).toEqual(["still"]);
		expect(talliesByRule(run(bars, rules)).map(({ rule }) => rule)).toEqual(["high"]);
	});

	test("of nothing comes nothing", () => {
		expect(run([])).toMatchObject({ days: 0, episodes: [], notifications: [], delivery: { messages: 0 } });
	});
});

describe("from and to", () => {
	const friday = minutes("19:59", [104], {}, "2013-10-04");
	const monday = minutes("13:30", [110, 111, 90, 112]);
	const gap = { name: "gap", when: "session_bars == 0 and gap_pct > 5" };
	const rules = rulesOf([gap, { name: "high", when: "close > 100" }]);

	test("what came before leads up to it, and is not told", () => {
		const from = at("00:00");
		const result = backtest(only(recordsOf([...friday, ...monday]), { from }), rules, from);
		expect(told(result)).toEqual(["13:31 gap AAPL firing", "13:34 high AAPL firing"]);
		expect(result.days).toBe(1);
		expect(new Date(result.from).toISOString()).toBe("2013-10-07T13:30:00.000Z");
	});

	test("a bar belongs to the time in which it lies; the end is not in it", () => {
		const within = (from: string, to: string) => {
			const wanted = { from: at(from), to: at(to) };
			return told(backtest(only(recordsOf(minutes("14:00", [99, 101, 99, 101])), wanted), high, wanted.from));
		};
		expect(within("14:01", "14:03")).toEqual(["14:02 high AAPL firing"]);
		expect(within("14:02", "14:04")).toEqual(["14:04 high AAPL firing"]);
		expect(within("14:00", "14:01")).toEqual([]);
	});

	test("more than a week before nothing is looked at", () => {
		const records = only(recordsOf([...minutes("14:00", [1], {}, "2013-09-20"), ...friday, ...monday]), {
			from: at("00:00"),
		});
		expect(records.bars).toEqual([...friday, ...monday]);
	});

	test("symbols are names and patterns", () => {
		const bars = ["SPY", "IBM", "BAC"].flatMap((symbol) => minutes("14:00", [1], { symbol }));
		const hits = [hit({ symbol: "IBM" }), hit({ symbol: "SPY" })];
		const records = only(recordsOf(bars, hits), { symbols: ["I*", "BAC"] });
		expect([...records.bars, ...records.hits].map(({ symbol }) => symbol)).toEqual(["IBM", "BAC", "IBM"]);
	});
});

describe("counts", () => {
	test("by rule and symbol, suppressed by reason, told a trading day", () => {
		const rules = rulesOf([{ name: "high", when: "close > 100", cooldown: "1h" }]);
		const days = ["2013-10-07", "2013-10-08"].flatMap((day) => minutes("14:00", [101, 99, 101, 99, 101], {}, day));
		const result = run([...days, ...minutes("14:00", [101], { symbol: "IBM" })], rules);
		expect(result.days).toBe(2);
		expect(tallies(result)).toEqual([
			{ rule: "high", symbol: "AAPL", fired: 5, told: 2, resolved: 4, suppressed: { cooldown: 3 }, perDay: 1 },
			{ rule: "high", symbol: "IBM", fired: 1, told: 1, resolved: 0, suppressed: {}, perDay: 0.5 },
		]);
		expect(talliesByRule(result)).toMatchObject([{ rule: "high", fired: 6, told: 3, perDay: 1.5 }]);
	});
});

test("over a day of trades the rules that are shipped tell what a plain computation says", async () => {
	// The real day where it is; else two hours of seeded trades.
	const [from, to] = realDataDir() ? ["00:00", "24:00"] : ["13:20", "15:20"];
	const csv = writeCsv(tempDir(), "trades.csv", await tradesBetween(from, to));
	const { bars, hits } = await expectedOf(csv, [standard, { minutes: 1, threshold: 0.2, clear: 0.1 }], {
		withMoves: false,
	});
	const expected = oracle(bars, hits);
	const result = backtest(recordsOf(bars, hits), loadRules(readRules(ownRules)));
	const { notifications, episodes } = result;
	const sorted = (ids: string[]) => ids.sort();
	expect(notifications.length).toBeGreaterThan(5);
	expect(
		sorted(notifications.map(({ alert_id, event_time, severity }) => `${alert_id} ${event_time} ${severity}`)),
	).toEqual(sorted(expected.told.map(({ alert_id, event_time, severity }) => `${alert_id} ${event_time} ${severity}`)));
	const untold = episodes.filter(({ told }) => told === undefined);
	expect(sorted(untold.map(({ alert, reason }) => `${alert.alert_id} ${reason}`))).toEqual(
		sorted(expected.untold.map(({ alert_id, reason }) => `${alert_id} ${reason}`)),
	);
	expect(result.unseen).toEqual(["silent", "pipeline"]);
});
