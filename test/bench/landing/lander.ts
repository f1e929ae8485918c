/** One turn of landing bars in QuestDB, in a process of its own: what one core does, measured by the clock and by its CPU. */
import { readFileSync } from "node:fs";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { Bar } from "../../../contracts.ts";
import { streamConsumer } from "../../../landing/consumer.ts";
import { lineStore } from "../../../landing/influxdb/store.ts";
import { barWriter } from "../../../landing/influxdb/writer.ts";
import { kinesisRecords, lambdaContext } from "../../support/kinesis.ts";
import { barsOfDays } from "./bars.ts";

/** What a turn is to do: `batch` records a call. */
export type Task = { url: string; bars: number; batch: number; file: string };
/** What it took, in seconds. */
export type Landed = { bars: number; seconds: number; cpuSeconds: number };

const task = JSON.parse(process.argv[2] ?? "") as Task;
const bars = barsOfDays(JSON.parse(readFileSync(task.file, "utf8")) as Bar[], task.bars);
const records = kinesisRecords(bars);
const handler = streamConsumer({
	schema: Bar,
	handle: barWriter(lineStore({ url: task.url, bucket: "tidemark", org: "tidemark" })),
	deadLetters: { send: async ({ detail }) => Promise.reject(new Error(detail)) },
	retryWholeBatch: true,
	logger: new Logger(),
	metrics: new Metrics({ namespace: "bench", serviceName: "bench" }),
});
const land = async (from: number, to: number) => {
	for (let start = from; start < to; start += task.batch) {
		await handler({ Records: records.slice(start, Math.min(start + task.batch, to)) }, lambdaContext());
	}
};
// What the metrics say is for a function's log.
console.log = () => {};
const warmUp = Math.min(records.length >> 2, 20_000);
await land(0, warmUp);
const [started, cpu] = [performance.now(), process.cpuUsage()];
await land(warmUp, records.length);
const { user, system } = process.cpuUsage(cpu);
const landed: Landed = {
	bars: records.length - warmUp,
	seconds: (performance.now() - started) / 1_000,
	cpuSeconds: (user + system) / 1e6,
};
process.stderr.write(`\n${JSON.stringify(landed)}\n`);
