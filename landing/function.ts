/** What the landing functions have in common, made once at the start. */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { deadLetterQueue } from "./dead_letters.ts";
import { flag, readSettings } from "./settings.ts";

const common = { DEAD_LETTERS_URL: z.url(), RETRY_WHOLE_BATCH: flag };

/**
 * A function's settings, those of `shape` and the ones that every landing function has, and the parts of its consumer.
 *
 * @throws one error that names every setting that is missing or wrong
 */
export function landingFunction<Shape extends z.ZodRawShape>(shape: Shape) {
	const settings = readSettings({ ...shape, ...common }) as z.infer<z.ZodObject<Shape & typeof common>>;
	const { DEAD_LETTERS_URL, RETRY_WHOLE_BATCH } = settings as z.infer<z.ZodObject<typeof common>>;
	return {
		settings,
		consumer: {
			deadLetters: deadLetterQueue(new SQSClient(), DEAD_LETTERS_URL),
			retryWholeBatch: RETRY_WHOLE_BATCH,
			logger: new Logger(),
			metrics: new Metrics(),
		},
	};
}
