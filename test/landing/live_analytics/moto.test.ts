import { afterAll, beforeAll, expect, test } from "vitest";
import { Bar } from "../../../contracts.ts";
import { barTable } from "../../../landing/live_analytics/table.ts";
import { barWriter } from "../../../landing/live_analytics/writer.ts";
import { observedConsumer } from "../../support/consumer.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { type TestTimestream, testTimestream } from "../../support/moto.ts";
import { bar } from "../../support/samples.ts";

let timestream: TestTimestream;
// The first time moto is installed.
beforeAll(async () => {
	timestream = await testTimestream();
}, 300_000);
afterAll(async () => timestream?.[Symbol.asyncDispose]());

const landIn = (table: string) =>
	observedConsumer({ schema: Bar, handle: barWriter(barTable(timestream.client, { database: "tidemark", table })) });

test("a server that is not ours takes the calls, all records in them, with what a record has of its own", async () => {
	const bars = Array.from({ length: 250 }, (_, index) => bar({ symbol: `S${index}`, close: index + 1 }));
	const { handler, counts, letters } = landIn("bars");
	await deliver(handler, kinesisRecords(bars), { batchSize: 250 });
	expect(counts).toMatchObject({ handled: 250, rejected: 0, failed: 0 });
	expect(letters).toEqual([]);
	const records = await timestream.records();
	expect(records).toHaveLength(250);
	const [one] = records.filter(({ Dimensions }) => Dimensions?.[0]?.Value === "S41");
	expect(one).toMatchObject({
		Dimensions: [{ Name: "symbol", Value: "S41" }],
		Time: String(Date.parse(bar().window_start)),
	});
	expect(one?.MeasureValues).toContainEqual({ Name: "close", Value: "42", Type: "DOUBLE" });
	expect(one?.MeasureValues).toContainEqual({ Name: "volume", Value: "123456", Type: "BIGINT" });
});

test("a table that is not there is an error that names it, and nothing is given up as refused", async () => {
	const { handler, letters, logged } = landIn("nowhere");
	await deliver(handler, kinesisRecords([bar()]), { retryAttempts: 0 });
	expect(letters).toEqual([]);
	expect(JSON.stringify(logged)).toContain("no such place as the table nowhere of the database tidemark");
});
