/** What alerting does by the clock: looks for silence, sends what was left over, ends storms. */
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { seriesKey, textOf } from "./deliver/keys.ts";
import type { Dispatched } from "./deliver/send.ts";
import { incoming } from "./engine/observe.ts";
import { type AlertingOptions, processRecords } from "./handle.ts";
import { type LastTrade, observeQuiet } from "./quiet.ts";

export interface WatchOptions extends AlertingOptions {
	client: DynamoDBDocumentClient;
	/** landing's table of latest prices. */
	latestTable: string;
	/** Whether event times are of the present: a replay is quiet in other ways. */
	live: boolean;
	/** By the wall clock, epoch ms. */
	now?: () => number;
}

const Latest = z.object({ symbol: z.string().min(1), event_time: z.iso.datetime(), price: z.number() });
const DAY = 86_400_000;

/** The two calls that the clock makes. Both throw where something failed, after all the rest was done. */
export function watcher(options: WatchOptions) {
	const { table, dispatcher, rules, measures, live, now = Date.now } = options;
	const began = now();

	async function quiet(time: number): Promise<unknown[]> {
		const observed = observeQuiet(await lastTrades(options), time, began, rules);
		const faults: unknown[] = [];
		const look = async (records: typeof observed.symbols, pipelineDown: boolean) => {
			const surroundings = async () => ({ ...(await options.surroundings()), pipelineDown });
			const results = await processRecords({ ...options, surroundings }, records.map(incoming));
			for (const result of results.values()) if (result.status === "failed") faults.push(result.error);
		};
		// The pipeline first: where it is down, each symbol's silence says nothing.
		await look(observed.pipeline, false);
		const key = seriesKey("pipeline", "pipeline");
		const stored = (await table.series([{ symbol: key.pk.slice("series#".length), series: key.sk }])).get(textOf(key));
		const down = Object.values(stored?.state.episodes ?? {}).some(({ status }) => status === "firing");
		await look(observed.symbols, down);
		return faults;
	}

	return {
		/** Each minute. */
		async minute(): Promise<void> {
			const time = now();
			const faults: unknown[] = [];
			/** One step's fault is no reason to leave out another. */
			const attempt = async (step: () => Promise<readonly unknown[]>) => {
				faults.push(...(await step().catch((error: unknown) => [error])));
			};
			if (live) await attempt(() => quiet(time));
			await attempt(async () => {
				const days = [time - DAY, time].map((each) => new Date(each).toISOString().slice(0, 10));
				const recent = (await Promise.all(days.map((day) => table.changedOn(day)))).flat();
				return failuresOf(measured(await dispatcher.sweep(recent)));
			});
			await attempt(async () => {
				await dispatcher.endStorm(time, live);
				return [];
			});
			if (faults.length > 0) throw faults[0];
		},
		/** When a rule's group is over. */
		async flush(rule: string): Promise<void> {
			const [fault] = failuresOf(measured(await dispatcher.flush(rule)));
			if (fault) throw fault;
		},
	};

	function measured(results: Map<string, Dispatched>): Map<string, Dispatched> {
		measures.dispatched([...results.values()]);
		return results;
	}
}

function failuresOf(results: Map<string, Dispatched>): Error[] {
	return [...results.values()].filter((result) => result instanceof Error);
}

/** The last trade of each symbol; what cannot be read as one is left out. */
async function lastTrades({ client, latestTable }: WatchOptions): Promise<LastTrade[]> {
	const trades: LastTrade[] = [];
	for await (const page of paginateScan({ client }, { TableName: latestTable })) {
		for (const item of page.Items ?? []) {
			const latest = Latest.safeParse(item);
			if (!latest.success) continue;
			const { symbol, event_time, price } = latest.data;
			trades.push({ symbol, time: Date.parse(event_time), price });
		}
	}
	return trades;
}
