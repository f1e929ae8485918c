import { type Backtest, backtest } from "../../../../alerting/commands/backtest/evaluate.ts";
import type { Records } from "../../../../alerting/commands/backtest/records.ts";
import { loadRules, type RuleSet } from "../../../../alerting/rules/load.ts";
import type { Bar, Hit } from "../../../../contracts.ts";
import { bar } from "../../../support/samples.ts";

/** A rules file with these rules over minute bars, of which only what is special is said. */
export function rulesOf(rules: Record<string, unknown>[], file: Record<string, unknown> = {}): RuleSet {
	const usual = { on: "1m", cooldown: "0", subject: "{{ symbol }} {{ rule }}", message: "m" };
	return loadRules(JSON.stringify({ rules: rules.map((rule) => ({ ...usual, ...rule })), ...file }));
}

export const high = rulesOf([{ name: "high", when: "close > 100" }]);

/** Minute bars one after the other with these closes, from a time of 2013-10-07 on. */
export function minutes(start: string, closes: number[], changes: Partial<Bar> = {}, day = "2013-10-07"): Bar[] {
	const from = Date.parse(`${day}T${start}:00.000Z`);
	const iso = (i: number) => new Date(from + i * 60_000).toISOString();
	return closes.map((close, i) => {
		const open = closes[i - 1] ?? close;
		return bar({
			...{ window_start: iso(i), window_end: iso(i + 1), open, close, volume: 1_000, day_move_pct: null },
			...{ high: Math.max(open, close), low: Math.min(open, close), change: close - open },
			move_pct: i === 0 ? null : Math.round((close / open - 1) * 1e8) / 1e6,
			...changes,
		});
	});
}

export function recordsOf(bars: Bar[], hits: Hit[] = []): Records {
	return { source: "made by hand", bars, hits };
}

export function run(bars: Bar[], rules = high, hits: Hit[] = []): Backtest {
	return backtest(recordsOf(bars, hits), rules);
}

/** The notifications as `14:05 high AAPL firing`. */
export function told({ notifications }: Backtest): string[] {
	return notifications.map(
		({ event_time, rule, symbol, state }) => `${event_time.slice(11, 16)} ${rule} ${symbol} ${state}`,
	);
}
