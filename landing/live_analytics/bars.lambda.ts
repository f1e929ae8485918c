import { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { z } from "zod";
import { Bar } from "../../contracts.ts";
import { streamConsumer } from "../consumer.ts";
import { landingFunction } from "../function.ts";
import { barTable } from "./table.ts";
import { barWriter } from "./writer.ts";

const { settings, consumer } = landingFunction({ TIMESTREAM_DATABASE: z.string(), TIMESTREAM_TABLE: z.string() });

// The client finds its endpoint by itself, and must not be told to: with an address of its own it refuses to start.
const client = new TimestreamWriteClient({ maxAttempts: 5 });

/** The stream `bars` into a table of Timestream for LiveAnalytics. */
export const handler = streamConsumer({
	schema: Bar,
	handle: barWriter(barTable(client, { database: settings.TIMESTREAM_DATABASE, table: settings.TIMESTREAM_TABLE })),
	...consumer,
});
