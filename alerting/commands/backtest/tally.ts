/** A backtest in numbers. */
import type { Reason } from "../../engine/types.ts";
import type { Backtest, EpisodeSeen } from "./evaluate.ts";

/** Of one rule, for one symbol or for all. */
export interface Tally {
	rule: string;
	symbol: string;
	/** How often it began to hold. */
	fired: number;
	told: number;
	/** How often it was over by the end. */
	resolved: number;
	/** Not told, by the last reason. */
	suppressed: Partial<Record<Reason, number>>;
	/** Told a trading day. */
	perDay: number;
}

/** For each rule and symbol with any episode, in the order of the rules, those that told most first. */
export function tallies({ episodes, rules, days }: Pick<Backtest, "episodes" | "rules" | "days">): Tally[] {
	const order = new Map(rules.rules.map(({ name }, i) => [name, i]));
	const groups = Map.groupBy(episodes, ({ alert: { rule, symbol } }) => JSON.stringify([rule, symbol]));
	return [...groups.values()]
		.map((group) => tally(group, days))
		.sort(
			(a, b) =>
				(order.get(a.rule) ?? 0) - (order.get(b.rule) ?? 0) ||
				b.told - a.told ||
				b.fired - a.fired ||
				(a.symbol < b.symbol ? -1 : 1),
		);
}

/** For each rule that looks at records, also those that never fired. */
export function talliesByRule({ episodes, rules, days, unseen }: Backtest): Tally[] {
	return rules.rules
		.filter(({ name }) => !unseen.includes(name))
		.map(({ name }) => {
			const group = episodes.filter(({ alert }) => alert.rule === name);
			return { ...tally(group, days), rule: name, symbol: "*" };
		});
}

/** The reasons that anything was not told for, in the order in which they are looked at. */
export function reasonsIn(tallies: readonly Tally[]): Reason[] {
	const all: Reason[] = ["hours", "mute", "silence", "pipeline", "max_age", "cooldown"];
	return all.filter((reason) => tallies.some(({ suppressed }) => suppressed[reason] !== undefined));
}

function tally(episodes: readonly EpisodeSeen[], days: number): Tally {
	const suppressed: Tally["suppressed"] = {};
	for (const { told, reason } of episodes)
		if (told === undefined && reason) suppressed[reason] = (suppressed[reason] ?? 0) + 1;
	const told = episodes.filter((episode) => episode.told !== undefined).length;
	return {
		rule: episodes[0]?.alert.rule ?? "",
		symbol: episodes[0]?.alert.symbol ?? "",
		fired: episodes.length,
		told,
		resolved: episodes.filter(({ until }) => until !== undefined).length,
		suppressed,
		perDay: days === 0 ? 0 : told / days,
	};
}
