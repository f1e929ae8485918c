import { z } from "zod";
import { Tick } from "../../contracts.ts";
import { streamConsumer } from "../consumer.ts";
import { landingFunction } from "../function.ts";
import { documentClient } from "./client.ts";
import { historyWriter, tickItem } from "./history.ts";

const { settings, consumer } = landingFunction({
	HISTORY_TABLE: z.string(),
	HISTORY_DAYS: z.coerce.number().positive(),
});

/** The stream `ticks` into the table of histories. */
export const handler = streamConsumer({
	schema: Tick,
	handle: historyWriter(documentClient(), {
		table: settings.HISTORY_TABLE,
		days: settings.HISTORY_DAYS,
		itemOf: tickItem,
	}),
	...consumer,
});
