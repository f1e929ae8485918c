/** How many writes Timestream bills for bars, in calls as the function makes them and in a call for each bar. */
import type {
	TimestreamWriteClient,
	WriteRecordsCommand,
	WriteRecordsCommandInput,
} from "@aws-sdk/client-timestream-write";
import type { KinesisStreamRecord } from "aws-lambda";
import type { Bar } from "../../../contracts.ts";
import { barRecord, share } from "../../../landing/live_analytics/record.ts";
import { barTable } from "../../../landing/live_analytics/table.ts";
import { barWriter } from "../../../landing/live_analytics/writer.ts";
import { billedWrites } from "./metering.ts";

export type Bill = { bars: number; calls: number; billed: number; singly: number };

/** The bill for bars that come in such batches. */
export async function billOf(batches: readonly Bar[][]): Promise<Bill> {
	const calls: WriteRecordsCommandInput[] = [];
	const client = {
		send: async ({ input }: WriteRecordsCommand) => {
			calls.push(input);
			return { $metadata: {} };
		},
	} as unknown as TimestreamWriteClient;
	const write = barWriter(barTable(client, { database: "tidemark", table: "bars" }));
	for (const batch of batches) await write(batch.map((value) => ({ value, record: {} as KinesisStreamRecord })));
	const bars = batches.flat();
	const total = (inputs: Partial<WriteRecordsCommandInput>[]) =>
		inputs.reduce((sum, input) => sum + billedWrites(input), 0);
	return {
		bars: bars.length,
		calls: calls.length,
		billed: total(calls),
		singly: total(bars.map((bar) => share([barRecord(bar)]))),
	};
}

/** The bars in the batches in which they come live: those whose windows end at the same time. */
export function byEnd(bars: readonly Bar[]): Bar[][] {
	return [...Map.groupBy(bars, ({ window_end }) => window_end).values()];
}

/** The bars in full batches, as they come when a function catches up. */
export function inBatches(bars: readonly Bar[], size: number): Bar[][] {
	return Array.from({ length: Math.ceil(bars.length / size) }, (_, at) => bars.slice(at * size, (at + 1) * size));
}
