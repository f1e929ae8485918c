/** Records of a stream into states, notifications and messages: what the alerting functions do with a batch. */
import type { Logger } from "@aws-lambda-powertools/logger";
import type { Entry, Outcome as RecordOutcome } from "../landing/records.ts";
import { Conflict } from "./deliver/conflict.ts";
import type { Dispatcher } from "./deliver/dispatch.ts";
import { alertKey, seriesKey, textOf } from "./deliver/keys.ts";
import type { Dispatched, Waiting } from "./deliver/send.ts";
import type { AlertTable, StoredSeries } from "./deliver/table.ts";
import { evaluate, newSeries } from "./engine/engine.ts";
import type { Incoming } from "./engine/observe.ts";
import type { Alert, Outcome, SeriesState, Surroundings } from "./engine/types.ts";
import type { Measures } from "./measures.ts";
import type { RuleSet } from "./rules/load.ts";
import { unusable } from "./usable.ts";

export interface AlertingOptions {
	table: AlertTable;
	dispatcher: Dispatcher;
	rules: RuleSet;
	/** What the world says at this moment; asked once a batch. */
	surroundings: () => Promise<Surroundings>;
	measures: Measures;
	logger: Logger;
}

/** Most series that are worked on at a time. */
const AT_ONCE = 25;
/** Notifications of one transaction; DynamoDB takes 100 items. */
const MOST_ALERTS = 90;
const TRIES = 10;
type AlertToKeep = Waiting & { reason?: string };

/**
 * Evaluates a batch's records, each series' in the order of their keys, and sends what came of it. A record fails, and comes
 * again, where the table or SNS does not answer; what it said is then known, and only what is unsent is sent.
 */
export function alertingHandler<T>(options: AlertingOptions, read: (value: T) => Incoming) {
	return async (entries: Entry<T>[]): Promise<RecordOutcome[]> => {
		const outcomes = entries.map((): RecordOutcome => ({ status: "handled" }));
		const records = entries.map(({ value }) => read(value));
		for (const [index, record] of records.entries()) {
			const wrong = unusable(record);
			if (wrong) outcomes[index] = { status: "rejected", detail: wrong };
		}
		const results = await processRecords(
			options,
			records.filter((_, index) => outcomes[index]?.status === "handled"),
		);
		for (const [index, record] of records.entries()) {
			const result = results.get(textOf(seriesKey(record.symbol, record.series)));
			if (outcomes[index]?.status === "handled" && result) outcomes[index] = result;
		}
		return outcomes;
	};
}

/** Evaluates records and sends what came of them; says of each series, by its key as text, how it went. */
export async function processRecords(
	options: AlertingOptions,
	records: readonly Incoming[],
): Promise<Map<string, RecordOutcome>> {
	const { table, dispatcher, measures } = options;
	const bySeries = Map.groupBy(records, ({ symbol, series }) => textOf(seriesKey(symbol, series)));
	const results = new Map<string, RecordOutcome>();
	const places = [...bySeries.values()].map(([first]) => first as Incoming);
	const [around, stored] = await Promise.all([options.surroundings(), table.series(places)]);
	const waiting = new Map<string, Waiting[]>();
	await eachOf([...bySeries], AT_ONCE, async ([key, ofSeries]) => {
		try {
			waiting.set(key, await foldSeries(options, ofSeries, stored.get(key), around));
		} catch (error) {
			results.set(key, failureOf(error));
		}
	});
	const dispatched = await dispatcher.dispatch([...waiting.values()].flat());
	measures.dispatched([...dispatched.values()]);
	for (const [key, ofSeries] of waiting) {
		const outcome = outcomeOf(ofSeries.map(({ key }) => dispatched.get(key)));
		if (outcome) results.set(key, outcome);
	}
	measures.newest(records);
	return results;
}

/** Folds records into one series and writes it; returns what is to be sent, also of what an earlier call left. */
async function foldSeries(
	options: AlertingOptions,
	records: readonly Incoming[],
	read: StoredSeries | undefined,
	around: Surroundings,
): Promise<Waiting[]> {
	const { table, rules, measures } = options;
	const inOrder = records.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
	const place = inOrder[0] as Incoming;
	let stored = read;
	/** Alerts that are in the table already, though the series does not know of them: told once is told. */
	const known = new Set<string>();
	for (let attempt = 1; ; attempt++) {
		const left = await unsent(table, stored?.outbox ?? []);
		const before = stored ?? { state: newSeries, version: 0, outbox: [] };
		let state = before.state;
		const come: Outcome[] = [];
		const evaluations: ReturnType<typeof evaluate>[] = [];
		let taken = 0;
		for (const record of inOrder) {
			const done = evaluate(state, record, rules, around);
			if (alertsIn([...come, ...done.outcomes]).length > MOST_ALERTS) break;
			state = done.state;
			come.push(...done.outcomes);
			evaluations.push(done);
			taken++;
		}
		const alerts = alertsIn(come).filter(({ key }) => !known.has(key));
		const told = alerts.filter(({ reason }) => reason === undefined);
		try {
			if (left.length !== before.outbox.length || isNews(place, before.state, state)) {
				const outbox = [...left, ...told].map(({ key }) => key);
				await table.commit(place, { state, version: before.version, outbox }, alerts);
			}
		} catch (error) {
			if (!(error instanceof Conflict) || attempt === TRIES) throw error;
			for (const key of error.there) known.add(key);
			stored = (await table.series([place])).get(textOf(seriesKey(place.symbol, place.series)));
			continue;
		}
		measures.evaluated(evaluations);
		// More alerts than one transaction takes: the rest is folded into what was just written.
		const rest = inOrder.slice(taken);
		if (rest.length === 0) return [...left, ...told];
		const again = (await table.series([place])).get(textOf(seriesKey(place.symbol, place.series)));
		return foldSeries(options, rest, again, around);
	}
}

/** Whether a state is worth a write: what the schedule sees of a symbol each minute is mostly that nothing changed. */
function isNews({ on }: Incoming, before: SeriesState, after: SeriesState): boolean {
	if (on !== "quiet" && on !== "pipeline") return after !== before;
	return JSON.stringify(after.episodes) !== JSON.stringify(before.episodes);
}

/** Of one notification only one word in a batch: what was suppressed and told after all was told, and what was told stays so. */
function alertsIn(outcomes: readonly Outcome[]): AlertToKeep[] {
	const byKey = new Map<string, AlertToKeep>();
	for (const outcome of outcomes) {
		if (outcome.kind !== "notify" && outcome.kind !== "suppress") continue;
		const { alert } = outcome;
		const key = textOf(alertKey(alert));
		if (outcome.kind === "notify") byKey.set(key, { key, alert });
		else if (byKey.get(key)?.reason !== undefined || !byKey.has(key))
			byKey.set(key, { key, alert, reason: outcome.reason });
	}
	return [...byKey.values()];
}

/** Notifications that an earlier call wrote and that are not known to be sent, and are due. */
async function unsent(table: AlertTable, outbox: readonly string[]): Promise<Waiting[]> {
	if (outbox.length === 0) return [];
	const items = await table.alerts(outbox);
	return items
		.filter(({ status }) => status === "waiting" || status === "sending")
		.map(({ alert }) => toWaiting(alert));
}

function toWaiting(alert: Alert): Waiting {
	return { key: textOf(alertKey(alert)), alert };
}

/** A series has failed where a notification of its could not be sent; what SNS refuses for good is said once. */
function outcomeOf(results: readonly (Dispatched | undefined)[]): RecordOutcome | undefined {
	const failure = results.find((result) => result instanceof Error);
	if (failure) return { status: "failed", error: failure };
	return results.includes("refused")
		? { status: "rejected", detail: "SNS refused the message of its alert; the alert's item in the table says why" }
		: undefined;
}

/** What DynamoDB will never take is not tried again. */
function failureOf(error: unknown): RecordOutcome {
	return error instanceof Error && error.name === "ValidationException"
		? { status: "rejected", detail: `The table refused the state or an alert of its series: ${error.message}` }
		: { status: "failed", error };
}

async function eachOf<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
	const left = [...all];
	await Promise.all(
		Array.from({ length: Math.min(atOnce, left.length) }, async () => {
			for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
		}),
	);
}
