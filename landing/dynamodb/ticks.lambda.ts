import { z } from "zod";
import { Tick } from "../../contracts.ts";
import { streamConsumer } from "../consumer.ts";
import { landingFunction } from "../function.ts";
import { documentClient } from "./client.ts";
import { latestWriter } from "./latest.ts";

const { settings, consumer } = landingFunction({ LATEST_TABLE: z.string() });

/** The stream `ticks` into the table of latest prices. */
export const handler = streamConsumer({
	schema: Tick,
	handle: latestWriter(documentClient(), settings.LATEST_TABLE),
	...consumer,
});
