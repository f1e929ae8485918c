/** How a row of a case may be written; given.ts fills in what it leaves out. */
import { z } from "zod";
import { Bar, Hit } from "../../../contracts.ts";

/** As {@link instantOf} in times.ts reads it. */
const Time = z.string();

/** The contract Hit, all optional but its time: `at` or event_time. */
export const GivenHit = Hit.extend({ at: Time, event_time: Time, emitted_at: Time }).partial().strict();
export type GivenHit = z.infer<typeof GivenHit>;

/** The contract Bar, all optional. `at` is window_start; previous_close makes day_move_pct. */
export const GivenBar = Bar.extend({
	at: Time,
	window_start: Time,
	window_end: Time,
	emitted_at: Time,
	previous_close: z.number().positive(),
})
	.partial()
	.strict();
export type GivenBar = z.infer<typeof GivenBar>;

const Minutes = z.number().nonnegative();
/** What the schedule sees of a symbol. */
const GivenQuiet = z.strictObject({
	symbol: z.string().min(1).optional(),
	at: Time,
	quiet_minutes: Minutes,
	minutes_since_trade: Minutes.optional(),
	price: z.number().positive().default(100),
});
/** What it sees of the pipeline. */
const GivenPipeline = z.strictObject({
	at: Time,
	lag_minutes: Minutes,
	minutes_since_trade: Minutes.optional(),
	symbols: z.int().nonnegative().default(1),
});

/** One given row: exactly one of these. */
export const GivenRow = z
	.strictObject({
		hit: GivenHit,
		bar: GivenBar,
		/** So many alike, one after the other. */
		bars: GivenBar.extend({ count: z.int().min(1).max(2_000) }).strict(),
		quiet: GivenQuiet,
		pipeline: GivenPipeline,
	})
	.partial()
	.refine((row) => Object.keys(row).length === 1, "a row is one of hit, bar, bars, quiet or pipeline");
export type GivenRow = z.infer<typeof GivenRow>;

/** A silence as silences.ts has it, of which most can be left out. */
export const GivenSilence = z.strictObject({
	symbol: z.string().min(1).default("*"),
	rule: z.string().optional(),
	from: Time.optional(),
	until: Time.optional(),
	reason: z.string().optional(),
});
export type GivenSilence = z.infer<typeof GivenSilence>;
