import type { Context, ScheduledEvent, SQSEvent } from "aws-lambda";
import { z } from "zod";
import { readSettings } from "../landing/settings.ts";
import { alertingFunction } from "./function.ts";
import { watcher } from "./watch.ts";

const { options, client, live, consumer } = alertingFunction();
const { LATEST_TABLE } = readSettings({ LATEST_TABLE: z.string() });
const watch = watcher({ ...options, client, latestTable: LATEST_TABLE, live });
const Flush = z.object({ rule: z.string() });

/** Called each minute by a schedule, and by the queue when a group's time is over. */
export async function handler(event: ScheduledEvent | SQSEvent, context: Context): Promise<void> {
	options.logger.addContext(context);
	try {
		if ("Records" in event) {
			for (const { body } of event.Records) await watch.flush(Flush.parse(JSON.parse(body)).rule);
		} else {
			await watch.minute();
		}
	} finally {
		// Without any it would warn each minute.
		if (consumer.metrics.hasStoredMetrics()) consumer.metrics.publishStoredMetrics();
	}
}
