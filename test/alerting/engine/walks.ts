/** Random sequences of bars, rules about them, and orders in which the bars arrive. */
import fc from "fast-check";
import { type Evaluated, evaluate, newSeries } from "../../../alerting/engine/engine.ts";
import { incomingBar } from "../../../alerting/engine/observe.ts";
import type { SeriesState } from "../../../alerting/engine/types.ts";
import type { RuleSet } from "../../../alerting/rules/load.ts";
import type { Bar } from "../../../contracts.ts";
import { bar } from "../../support/samples.ts";
import type { Asked, Condition } from "./reference.ts";
import { rule, rulesOf } from "./support.ts";

export const MINUTE = 60_000;
/** A Monday, twenty minutes before the exchange opens, with neither a holiday nor a change of the clocks in the weeks after. */
export const BEGIN = Date.parse("2013-07-08T13:10:00.000Z");

const condition = (text: string, holds: Condition["holds"]): Condition => ({ text, holds });
const dayOf = ({ window_start }: Bar) => Math.floor((Date.parse(window_start) - 5 * 60 * MINUTE) / (24 * 60 * MINUTE));
export const whens = [
	condition("close >= 102", ({ close }) => close >= 102),
	condition("abs(move_pct) >= 2", ({ move_pct }) => Math.abs(move_pct ?? 0) >= 2),
	condition("high > day_high", (one, before) => {
		const today = before.filter((each) => dayOf(each) === dayOf(one));
		return today.length > 0 && today.every(({ high }) => one.high > high);
	}),
	condition("volume_ratio >= 2", ({ volume }, before) => {
		const volumes = before.slice(-20).map((each) => each.volume);
		return volumes.length >= 5 && volume / (volumes.reduce((a, b) => a + b) / volumes.length) >= 2;
	}),
];
export const clears = [
	undefined,
	condition("close < 101", ({ close }) => close < 101),
	condition("move_pct < 1", ({ move_pct }) => move_pct !== null && move_pct < 1),
];

/** A walk of prices with pauses, moves that are not known, and volumes; in the order of time. */
const biased = fc
	.array(
		fc.record({
			gap: fc.oneof(
				{ weight: 20, arbitrary: fc.constantFrom(1, 1, 1, 2, 3) },
				{ weight: 1, arbitrary: fc.integer({ min: 4, max: 600 }) },
			),
			move: fc.integer({ min: -3, max: 3 }),
			known: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
			volume: fc.constantFrom(100, 100, 100, 400),
		}),
		{ minLength: 10, maxLength: 56, size: "max" },
	)
	.map((steps) => {
		let [time, close] = [BEGIN, 100];
		return steps.map(({ gap, move, known, volume }): Bar => {
			time += gap * MINUTE;
			// Drawn back to 100, so that the levels are crossed again and again.
			close += move - Math.sign(close - 100) * (Math.abs(close - 100) > 2 ? 2 : 0);
			const [open, window_start] = [close - move, new Date(time - MINUTE).toISOString()];
			const prices = { open, close, high: Math.max(open, close), low: Math.min(open, close), volume };
			return bar({ window_start, window_end: new Date(time).toISOString(), ...prices, move_pct: known ? move : null });
		});
	});

/** Without it, most walks would be short and still. */
export const walk = fc.noBias(biased);

const ofAnyKind = fc.record({
	when: fc.constantFrom(...whens),
	clear: fc.constantFrom(...clears),
	lasting: fc.constantFrom(0, 0, 0, 1, 3),
	cooldown: fc.constantFrom(0, 2, 5, 120),
	hours: fc.constantFrom("always" as const, "always" as const, "regular" as const),
	resolved: fc.boolean(),
	mute: fc.boolean(),
	/** The minutes of an hour in which it is silenced. */
	silent: fc.constantFrom(0, 0, 10, 30),
});

/** Some of all rules that there can be: to compile one takes as long as to run it. */
export const raw = fc.constantFrom(...fc.sample(ofAnyKind, { numRuns: 150, seed: 1 }));

const biasedArriving = fc
	.record({
		bars: walk,
		raw,
		delays: fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(40) }), {
			minLength: 56,
			maxLength: 56,
		}),
		copies: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
	})
	.map(({ bars, raw, delays, copies }) => {
		const places = bars.map((_, index) => ({ index, place: index + (delays[index] ?? 0) }));
		const arrivals = places.toSorted((a, b) => a.place - b.place).map(({ index }) => index);
		for (const [index, place] of copies) arrivals.splice(place % (arrivals.length + 1), 0, index % bars.length);
		return { bars, arrivals, ...askedOf(raw) };
	});

/** Bars, a rule, and how they arrive: some late by a few places, some again, and the copies anywhere. */
export const arriving = fc.noBias(biasedArriving);

const compiled = new Map<string, RuleSet>();

/** The rule for the reference, and for the engine. */
export function askedOf({ silent, ...raw }: Omit<Asked, "silenced"> & { silent: number }): {
	asked: Asked;
	rules: RuleSet;
} {
	const silenced = ({ window_end }: Bar) => new Date(window_end).getUTCMinutes() < silent;
	const { when, clear, lasting, cooldown, hours, resolved, mute } = raw;
	const entry = rule({
		when: when.text,
		...(clear ? { clear: clear.text } : {}),
		...{ for: `${lasting}m`, cooldown: `${cooldown}m`, hours, resolved },
	});
	const muted = { from: "13:40", to: "14:10", time_zone: "UTC" };
	const key = JSON.stringify([entry, mute]);
	const rules = compiled.get(key) ?? rulesOf([entry], mute ? { mute: [muted] } : {});
	compiled.set(key, rules);
	return { asked: { ...raw, silenced }, rules };
}

/** What each arrival came to, and the state at the end; the state goes through JSON, as through the table. */
export function run(bars: readonly Bar[], arrivals: readonly number[], rules: RuleSet, { silenced }: Asked) {
	let state: SeriesState = newSeries;
	const steps = arrivals.map((index): Evaluated => {
		const one = bars[index] as Bar;
		const done = evaluate(state, incomingBar(one, rules), rules, { silenced: () => silenced(one) });
		state = JSON.parse(JSON.stringify(done.state)) as SeriesState;
		return done;
	});
	return { steps, state };
}
