import { Logger } from "@aws-lambda-powertools/logger";
import { z } from "zod";
import { readSettings } from "../../landing/settings.ts";
import { openFeed } from "../index.ts";
import { collector } from "./collector.ts";

const settings = readSettings({
	TRADES_STREAM: z.string(),
	LATENESS_SECONDS: z.coerce.number().nonnegative(),
	KINESIS_ENDPOINT: z.url().optional(),
});

/** The function's URL: bars of the past into the stream of trades. */
export const handler = collector({
	open: openFeed,
	target: {
		stream: settings.TRADES_STREAM,
		latenessMs: settings.LATENESS_SECONDS * 1000,
		kinesis: { endpoint: settings.KINESIS_ENDPOINT },
	},
	logger: new Logger(),
});
