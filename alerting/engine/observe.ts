/** Records of the streams as the rules see them. */
import type { Bar, Hit } from "../../contracts.ts";
import { calendarOf } from "../hours/hours.ts";
import type { RuleSet } from "../rules/load.ts";
import { noContext, observeBar, observeLateBar } from "./context.ts";
import type { Context, Observation } from "./types.ts";

/** A record before it is known what came before it. */
export interface Incoming {
	on: string;
	symbol: string;
	series: string;
	key: string;
	time: number;
	/** Its observation in its turn, with the context that goes on from it. */
	inTurn(context: Context | undefined): { observation: Observation; context?: Context };
	/** Its observation on its own, after newer ones. */
	late(): Observation;
}

/** A hit: one series for each lookback. */
export function incomingHit(hit: Hit): Incoming {
	const { symbol, lookback, event_time, state, direction } = hit;
	const observation: Observation = {
		on: "hit",
		symbol,
		series: `hit ${lookback}`,
		key: `${event_time}|${state}|${direction}`,
		time: Date.parse(event_time),
		fields: { ...hit },
	};
	return { ...placeOf(observation), inTurn: () => ({ observation }), late: () => observation };
}

/** A closed bar: one series for each interval; its time is its window's end. */
export function incomingBar(bar: Bar, { exchanges }: Pick<RuleSet, "exchanges">): Incoming {
	const { symbol, interval, window_start, window_end } = bar;
	const place = { on: interval, symbol, series: interval, key: window_start, time: Date.parse(window_end) };
	return {
		...place,
		inTurn(before = noContext) {
			const { fields, context } = observeBar(bar, before, calendarOf(symbol, exchanges));
			return { observation: { ...place, fields }, context };
		},
		late: () => ({ ...place, fields: observeLateBar(bar) }),
	};
}

/** What is made here and not read from a stream. */
export function incoming(observation: Observation): Incoming {
	return { ...placeOf(observation), inTurn: () => ({ observation }), late: () => observation };
}

function placeOf({ on, symbol, series, key, time }: Observation) {
	return { on, symbol, series, key, time };
}
