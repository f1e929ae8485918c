import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import type { BasePersistenceLayer } from "@aws-lambda-powertools/idempotency/persistence";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Context } from "aws-lambda";
import type { Hit } from "../contracts.ts";
import { type Entry, messageOf, type Outcome } from "../landing/records.ts";
import { message } from "./message.ts";

export type NotifierOptions = {
	sns: SNSClient;
	topicArn: string;
	/** Remembers what was published. */
	published: BasePersistenceLayer;
	/** How long a hit is remembered; it has to be longer than the stream keeps records. */
	memoryDays: number;
};

/** What SNS answers to a message that it will never take. */
const refusals = new Set([
	"InvalidParameter",
	"InvalidParameterException",
	"InvalidParameterValue",
	"ParameterValueInvalid",
]);

/**
 * Publishes the hits that crossed a threshold, each `hit_id` once, however often and on however many sides it is
 * delivered. One that another call is publishing at this moment fails here and comes again: by then it is published, or
 * that call is known to be dead.
 *
 * Only an answer of SNS that gets lost, or a function that dies between SNS' answer and the note of it, publishes a hit a
 * second time; the JSON then carries the same `hit_id`.
 */
export function hitNotifier(options: NotifierOptions): (entries: Entry<Hit>[], context: Context) => Promise<Outcome[]> {
	const { sns, topicArn, published, memoryDays } = options;
	const config = new IdempotencyConfig({
		expiresAfterSeconds: memoryDays * 86_400,
		throwOnNoIdempotencyKey: true,
		useLocalCache: true,
	});
	const publishOnce = makeIdempotent(
		async (_hitId: string, hit: Hit) => {
			const { MessageId } = await sns.send(new PublishCommand(message(hit, topicArn)));
			return { message_id: MessageId ?? null };
		},
		// A prefix of its own: the default holds the function's name, and a new name would publish everything again.
		{ persistenceStore: published, config, keyPrefix: "hit" },
	);

	const notify = async (hit: Hit): Promise<Outcome> => {
		try {
			await publishOnce(hit.hit_id, hit);
			return { status: "handled" };
		} catch (error) {
			const refused = error instanceof Error && refusals.has(error.name);
			return refused
				? { status: "rejected", detail: `SNS refused the message: ${messageOf(error)}` }
				: { status: "failed", error };
		}
	};

	return async (entries, context) => {
		// Sets when a call that does not come back is taken for dead: with the function's own time.
		config.registerLambdaContext(context);
		const outcomes = new Map<string, Promise<Outcome>>();
		return Promise.all(
			entries.map(({ value: hit }): Outcome | Promise<Outcome> => {
				if (hit.state !== "crossed") return { status: "handled" };
				const outcome = outcomes.get(hit.hit_id) ?? notify(hit);
				outcomes.set(hit.hit_id, outcome);
				return outcome;
			}),
		);
	};
}
