import { readFileSync } from "node:fs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { AlertTable } from "../alerting/deliver/table.ts";
import { loadRules } from "../alerting/rules/load.ts";
import { type Counts, problemsOf, type Result, resultOf } from "./account.ts";
import { latenessOf } from "./application.ts";
import { drain, type Sent, until } from "./drain.ts";
import { isUserError, UserError } from "./errors.ts";
import { expectedAlerts } from "./expected-alerts.ts";
import { openLake } from "./lake.ts";
import { heldBack, type Notifications, queueClient, queueLength, receive } from "./notifications.ts";
import type { Progress } from "./progress.ts";
import type { RunningStack } from "./running.ts";
import { localCredentials, placesIn, region } from "./stack.ts";
import { readStoreBars, tallyLake } from "./tally.ts";

/** How often it is said how far the job has come. */
const SAY_EVERY_MS = 5_000;

/**
 * Waits until everything that was sent is in all stores, and returns the run's result.
 * Throws {@link UserError} if the numbers do not add up or the stores disagree even after two minutes without a change.
 */
export async function finish(
	running: RunningStack,
	sent: Sent,
	progress: Progress,
	signal: AbortSignal,
): Promise<Result> {
	let said = performance.now();
	const job = await progress.step("Waiting until all windows are closed", () =>
		drain(running.flink, sent, latenessOf(running.application), {
			signal,
			onProgress(numbers) {
				if (performance.now() - said < SAY_EVERY_MS) return;
				said = performance.now();
				progress.say(
					`Flink has read ${numbers.recordsRead + numbers.clocksRead} of ${sent.records + sent.clocks} records`,
				);
			},
		}),
	);
	const counts = await progress.step("Comparing the stores", () => settle(running, job, signal));
	if (counts.held.size > 0) progress.say(`A storm held ${counts.held.size} notifications back`);
	return resultOf(counts, progress.seconds());
}

async function settle(running: RunningStack, job: Counts["job"], signal: AbortSignal): Promise<Counts> {
	const { outputs, endpoints, startedAt, dir } = running.stack;
	const rules = loadRules(readFileSync(placesIn(dir).rules, "utf8"));
	const lake = await openLake(running.stack);
	const sqs = queueClient(endpoints.aws);
	const dynamo = new DynamoDBClient({ endpoint: endpoints.aws, region, credentials: localCredentials });
	// How long the table remembers is for those who write.
	const table = new AlertTable(DynamoDBDocumentClient.from(dynamo), outputs.AlertsTable, 1);
	const alerts: Notifications = { messages: new Set(), told: new Map(), unreadable: 0 };
	let counts: Counts | undefined;
	try {
		await until(
			async () => {
				await receive(sqs, outputs.AlertsQueueUrl, alerts);
				counts = {
					job,
					lake: await tallyLake(lake),
					store: await readStoreBars(endpoints.questdb),
					alerts,
					expected: await expectedAlerts(lake, rules),
					held: await heldBack(table, Date.parse(startedAt)),
					deadLetters: {
						"of landing": await queueLength(sqs, outputs.LandingDeadLettersUrl),
						"of alerting": await queueLength(sqs, outputs.AlertingDeadLettersUrl),
					},
				};
				return problemsOf(counts);
			},
			{ signal, everyMs: 1_000, stuckMs: STORES_STUCK_MS },
		);
	} catch (cause) {
		if (!isUserError(cause)) throw cause;
		throw new UserError(`The run does not add up. ${(cause as Error).message}`, { cause });
	} finally {
		lake.close();
		sqs.destroy();
		dynamo.destroy();
	}
	return counts as unknown as Counts;
}

/** What is on its way to the stores arrives within seconds; what is not there after this long is lost. */
const STORES_STUCK_MS = 30_000;
