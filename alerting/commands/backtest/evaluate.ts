/** Runs rules over records of the past, with the engine that runs in the functions. */
import { evaluate, newSeries } from "../../engine/engine.ts";
import { type Incoming, incomingBar, incomingHit } from "../../engine/observe.ts";
import type { Alert, Outcome, Reason, Surroundings } from "../../engine/types.ts";
import type { RuleSet } from "../../rules/load.ts";
import { type Delivery, deliver } from "./deliver.ts";
import { type Records, shortestInterval } from "./records.ts";

/** One time that a rule held for a symbol, told or not. */
export interface EpisodeSeen {
	/** As it was told; where it was not, as it would have been at first. */
	alert: Alert;
	/** Event time at which it was told, epoch ms. */
	told?: number;
	/** Why it was not told, the last reason there was. */
	reason?: Reason;
	/** When it began to hold and when that was over, epoch ms; without an end it still held at the end of the records. */
	since: number;
	until?: number;
}

/** What rules make of records. Times in epoch ms. */
export interface Backtest {
	rules: RuleSet;
	/** When the first record that counts begins, and the last. */
	from: number;
	to: number;
	/** Trading days with records. */
	days: number;
	/** In the order in which they began. */
	episodes: EpisodeSeen[];
	/** What was told, in the order of event time. */
	notifications: Alert[];
	delivery: Delivery;
	/** Rules that look at the clock, of which records say nothing. */
	unseen: string[];
}

const DAY = 86_400_000;
/** As sql/2_views/bars_1d.sql has trading days. */
const DAY_OFFSET = 5 * 3_600_000;
/** No clock, no silences: nothing of a past that is looked at on purpose is too old, and nobody silences it. */
const PAST: Surroundings = {};

/**
 * What rules make of records. Those before `from`, epoch ms, only lead up to what follows.
 *
 * @param from epoch ms
 */
export function backtest(records: Records, rules: RuleSet, from = Number.NEGATIVE_INFINITY): Backtest {
	const incoming = [
		...records.hits.map(incomingHit),
		...records.bars.filter(({ interval }) => rules.on(interval).length > 0).map((bar) => incomingBar(bar, rules)),
	];
	const episodes = new Map<string, EpisodeSeen>();
	const notifications: Alert[] = [];
	for (const series of Map.groupBy(incoming, ({ symbol, series }) => `${series}|${symbol}`).values()) {
		for (const outcome of outcomesOf(series, rules)) {
			note(episodes, outcome.outcome, outcome.time);
			if (outcome.outcome.kind === "notify") notifications.push(outcome.outcome.alert);
		}
	}
	const counted = (alert: Alert) => momentOf(alert.series, Date.parse(alert.event_time)) >= from;
	const told = notifications.filter(counted).sort(byTime);
	const shortest = shortestInterval(records);
	const moments = [
		...records.hits.map(({ event_time }) => event_time),
		// A bar of a day begins before the day's first trade.
		...records.bars.filter(({ interval }) => interval === shortest).map(({ window_start }) => window_start),
	]
		.map((time) => Date.parse(time))
		.filter((time) => time >= from);
	return {
		rules,
		from: moments.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY),
		to: moments.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY),
		days: new Set(moments.map((time) => Math.floor((time - DAY_OFFSET) / DAY))).size,
		episodes: [...episodes.values()]
			.filter(({ alert }) => counted(alert))
			.sort((a, b) => a.since - b.since || byId(a.alert, b.alert)),
		notifications: told,
		delivery: deliver(told, rules),
		unseen: rules.rules.filter(({ on }) => on === "quiet" || on === "pipeline").map(({ name }) => name),
	};
}

/** Folds one series' records in the order of their keys, as a function does with a batch. */
function* outcomesOf(series: readonly Incoming[], rules: RuleSet): Generator<{ outcome: Outcome; time: number }> {
	let state = newSeries;
	for (const record of series.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
		const done = evaluate(state, record, rules, PAST);
		state = done.state;
		for (const outcome of done.outcomes) yield { outcome, time: record.time };
	}
}

function note(episodes: Map<string, EpisodeSeen>, outcome: Outcome, time: number): void {
	if (outcome.kind === "resolve") {
		const episode = episodes.get(outcome.alert_id);
		if (episode) episode.until = time;
		return;
	}
	if (outcome.kind === "pending" || outcome.alert.state === "resolved") return;
	const { alert } = outcome;
	const since = Date.parse(alert.since);
	if (outcome.kind === "notify") episodes.set(alert.alert_id, { alert, told: time, since });
	else
		episodes.set(alert.alert_id, {
			alert: episodes.get(alert.alert_id)?.alert ?? alert,
			reason: outcome.reason,
			since,
		});
}

/** A bar belongs to the time before its end. */
function momentOf(series: string, time: number): number {
	return series.startsWith("hit ") ? time : time - 1;
}

function byTime(a: Alert, b: Alert): number {
	return a.event_time < b.event_time ? -1 : a.event_time > b.event_time ? 1 : byId(a, b);
}

function byId(a: Alert, b: Alert): number {
	return a.alert_id < b.alert_id ? -1 : a.alert_id > b.alert_id ? 1 : 0;
}
