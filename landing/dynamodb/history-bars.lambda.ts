import { z } from "zod";
import { Bar } from "../../contracts.ts";
import { streamConsumer } from "../consumer.ts";
import { landingFunction } from "../function.ts";
import { documentClient } from "./client.ts";
import { barItem, historyWriter } from "./history.ts";

const { settings, consumer } = landingFunction({
	HISTORY_TABLE: z.string(),
	HISTORY_DAYS: z.coerce.number().positive(),
});

/** The stream `bars` into the table of histories. */
export const handler = streamConsumer({
	schema: Bar,
	handle: historyWriter(documentClient(), {
		table: settings.HISTORY_TABLE,
		days: settings.HISTORY_DAYS,
		itemOf: barItem,
	}),
	...consumer,
});
