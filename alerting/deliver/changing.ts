import type { Alert } from "../engine/types.ts";
import { Conflict } from "./conflict.ts";
import type { Key } from "./keys.ts";
import type { AlertTable } from "./table.ts";

const TRIES = 20;

/** What is to become of a value, undefined where it stays; with it notifications that are new or held. */
export interface Change<T, Result> {
	value?: T | undefined;
	result: Result;
	also?: { alerts?: Alert[]; hold?: string[] };
}

/**
 * Reads, changes and writes a value of delivery's own, again where somebody else wrote it in between.
 *
 * @param change given the value, and when it was written, epoch ms
 */
export async function changing<T, Result>(
	table: AlertTable,
	key: Key,
	change: (value: T | undefined, written: number) => Change<T, Result>,
): Promise<Result> {
	for (let attempt = 1; ; attempt++) {
		const { value: before, version, written } = await table.value<T>(key);
		const { value, result, also } = change(before, written);
		if (value === undefined || value === before) return result;
		try {
			await table.putValue(key, version, value, also);
			return result;
		} catch (error) {
			if (!(error instanceof Conflict) || attempt === TRIES) throw error;
			await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * attempt));
		}
	}
}
