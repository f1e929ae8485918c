/** Silences that somebody set, for a while by the wall clock. */
import { z } from "zod";
import { silenceKey } from "./deliver/keys.ts";
import type { AlertTable } from "./deliver/table.ts";
import { takesIn } from "./symbols.ts";

export const Silence = z.object({
	/** What names it, such as `k3x9`. */
	id: z.string(),
	/** A symbol or a pattern with `*`. */
	symbol: z.string(),
	/** The only rule that it is about; left out, it is about all. */
	rule: z.string().optional(),
	/** ISO 8601 in UTC. */
	from: z.string(),
	until: z.string(),
	reason: z.string(),
});
export type Silence = z.infer<typeof Silence>;

const PARTITION = silenceKey("").pk;

/** All silences that are kept, those that are over too. */
export async function readSilences(table: AlertTable): Promise<Silence[]> {
	return (await table.partition(PARTITION)).flatMap((item) => {
		const silence = Silence.safeParse({ ...item, id: item.sk });
		return silence.success ? [silence.data] : [];
	});
}

/** Sets a silence, or changes the one with its id; it is forgotten a day after its end. */
export async function writeSilence(table: AlertTable, silence: Silence): Promise<void> {
	const { id, ...rest } = silence;
	await table.put({ ...silenceKey(id), ...rest, expires: Math.ceil(Date.parse(silence.until) / 1_000) + 86_400 });
}

/** Whether a silence covers this symbol and rule at an instant, epoch ms. */
export function covers(silence: Silence, symbol: string, rule: string, now: number): boolean {
	return (
		now >= Date.parse(silence.from) &&
		now < Date.parse(silence.until) &&
		(silence.rule === undefined || silence.rule === rule) &&
		takesIn([silence.symbol], symbol)
	);
}

const FRESH_MS = 5_000;

/** Reads the silences at most every five seconds. */
export function silenceReader(table: AlertTable, now: () => number = Date.now) {
	let read: { at: number; silences: Silence[] } | undefined;
	return async (): Promise<(symbol: string, rule: string) => boolean> => {
		if (!read || now() - read.at >= FRESH_MS) read = { at: now(), silences: await readSilences(table) };
		const { silences } = read;
		return (symbol, rule) => silences.some((silence) => covers(silence, symbol, rule, now()));
	};
}
