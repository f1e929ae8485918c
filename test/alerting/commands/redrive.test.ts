import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Message } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { list } from "../../../alerting/commands/list-command.ts";
import {
	type RedriveCommandOptions,
	redriveCommand,
	redriveLetters,
} from "../../../alerting/commands/redrive-command.ts";
import { textOf } from "../../../alerting/deliver/keys.ts";
import type { Alert } from "../../../alerting/engine/types.ts";
import { emulated } from "../../../infra/emulated.ts";
import type { DeadLetter } from "../../../landing/dead_letters.ts";
import { takeMessages } from "../../support/queue.ts";
import { hit, tick } from "../../support/samples.ts";
import { put } from "../../support/stream.ts";
import { type LiveStack, liveStack, useAccount } from "./support.ts";

// The command with the deployed functions behind it; redriving.test.ts has what a queue can hold.
let stack: LiveStack;
beforeAll(async () => {
	stack = await liveStack();
});
afterAll(async () => stack?.[Symbol.asyncDispose]());

const patience = { timeout: 30_000, interval: 200 };
const redrive = (options: Partial<RedriveCommandOptions> = {}) => redriveLetters({ queue: "alerting", ...options });
const alertsIn = ({ Body = "" }: Message): Alert[] => JSON.parse(Body).alerts;
const alerts = async (count: number) => {
	const holds = (message: Message) => alertsIn(message).length;
	return (await takeMessages(stack.endpoint, stack.outputs.AlertsQueueUrl, count, { holds })).flatMap(alertsIn);
};
/** A letter as a stricter version of the function would have left it. */
const letterOf = (record: object, stream: string): DeadLetter => ({
	reason: "malformed",
	detail: "price: expected a round number",
	payload: JSON.stringify(record),
	stream,
	shard_id: "shardId-000000000000",
	sequence_number: "1",
	arrived_at: "2013-10-07T13:30:08.000Z",
});
const left = (record: object) =>
	stack.send(stack.outputs.AlertingDeadLettersUrl, letterOf(record, stack.outputs.HitsStream));

test("says that there are none", async () => {
	expect(await redrive()).toEqual({ text: "There are no dead letters", left: 0 });
});

test("a dry run says what there is and changes nothing", async () => {
	await left(hit({ symbol: "DRY" }));
	const text = "Would bring back 1 record (tidemark-hits 1); 1 dead letter done with";
	expect(await redrive({ dryRun: true })).toEqual({ text, left: 0 });
	expect(await redrive({ dryRun: true })).toEqual({ text, left: 0 });
});

test("a record that is good by now is notified, and its letter is gone", async () => {
	const text = "Brought back 1 record (tidemark-hits 1); 1 dead letter done with";
	expect(await redrive()).toEqual({ text, left: 0 });
	expect(await alerts(1)).toMatchObject([{ alert_id: "move|DRY|hit 5m|2013-10-07T13:30:05.250Z" }]);
	expect(await redrive()).toEqual({ text: "There are no dead letters", left: 0 });
});

test("one that is older than what came since is told on its own, and a copy not again", async () => {
	const newer = hit({ symbol: "OLDER", event_time: "2013-10-07T15:00:00.000Z", state: "cleared" });
	await put(stack.endpoint, stack.outputs.HitsStream, [newer]);
	await left(hit({ symbol: "OLDER" }));
	await left(hit({ symbol: "OLDER" }));
	expect((await redrive()).text).toBe("Brought back 2 records (tidemark-hits 2); 2 dead letters done with");
	expect(await alerts(1)).toMatchObject([{ symbol: "OLDER", late: true }]);
});

test("no more letters are taken than wanted", async () => {
	for (const symbol of ["MAX1", "MAX2", "MAX3"]) await left(hit({ symbol }));
	expect((await redrive({ max: 2 })).text).toContain("2 dead letters done with");
	expect(await alerts(2)).toHaveLength(2);
	expect((await redrive({ max: 2 })).text).toContain("1 dead letter done with");
	expect(await alerts(1)).toHaveLength(1);
});

test("a record that is still broken comes back as a new letter", async () => {
	await put(stack.endpoint, stack.outputs.HitsStream, ["boom"]);
	const brokenOnes = async () => {
		const { text } = await redrive({ dryRun: true });
		return /bring back (\d+) record/.exec(text)?.[1];
	};
	await vi.waitFor(async () => expect(await brokenOnes()).toBe("1"), patience);
	const { text } = await redrive();
	expect(text).toMatch(/^Brought back 1 record \(tidemark-hits 1\); 1 dead letter done with/);
	await vi.waitFor(async () => expect(await brokenOnes()).toBe("1"), patience);
	const letters = await takeMessages(stack.endpoint, stack.outputs.AlertingDeadLettersUrl, 1);
	expect(letters.map(({ Body }) => JSON.parse(Body ?? ""))).toMatchObject([{ payload: "boom", reason: "malformed" }]);
});

test("what SNS refused waits for the schedule once more", async () => {
	const [found] = JSON.parse(await list({ since: "1d", json: true }));
	const alert = { ...found.alert, symbol: "REFUSED", since: "2013-10-07T12:00:00.000Z" };
	await stack.table.commit(alert, { state: { seen: [], episodes: {} }, version: 0, outbox: [] }, [{ alert }]);
	const key = textOf({ pk: `alert#${alert.rule}`, sk: `${alert.since}|REFUSED|${alert.series}|${alert.state}` });
	await stack.table.claim(key, Date.now() + 60_000, Date.now());
	await stack.table.settle(key, { status: "refused", reason: "Invalid parameter" });
	const said = "1 alert sent again that SNS refused: the schedule does so within a minute";
	expect((await redrive({ dryRun: true })).text).toBe(`Would have ${said}`);
	expect((await redrive()).text).toBe(`Had ${said}`);
	expect((await redrive()).text).toBe("There are no dead letters");
	const [item] = await stack.table.alerts([key]);
	// Unless the minute is over just now.
	expect(item?.status).toMatch(/^(waiting|sending|sent)$/);
});

test("landing's letters, of an account", async () => {
	// By the name that its queues' URLs have.
	const back = useAccount(stack.endpoint.replace("127.0.0.1", "localhost"));
	try {
		await stack.send(stack.outputs.LandingDeadLettersUrl, letterOf(tick(), stack.outputs.TicksStream));
		expect((await redrive({ queue: "landing", aws: true })).text).toContain("tidemark-ticks 1");
	} finally {
		back();
	}
	const client = new DynamoDBClient(emulated(stack.endpoint));
	const get = new GetCommand({ TableName: stack.outputs.LatestTable, Key: { symbol: "AAPL" } });
	const documents = DynamoDBDocumentClient.from(client);
	await vi.waitFor(async () => expect((await documents.send(get)).Item).toMatchObject({ price: 486.75 }), patience);
	client.destroy();
});

describe("the command line", () => {
	const parse = (...args: string[]) =>
		redriveCommand()
			.exitOverride()
			.configureOutput({ writeErr: () => {} })
			.parseAsync(args, { from: "user" });

	test("refuses a count that is none, and an unknown queue", async () => {
		await expect(parse("--max", "0")).rejects.toThrow("Give a whole number, at least 1.");
		await expect(parse("--queue", "trades")).rejects.toThrow("Allowed choices are alerting, landing");
	});

	test("says to deploy the fix first", () => {
		let help = "";
		redriveCommand()
			.configureOutput({ writeOut: (text) => (help += text) })
			.outputHelp();
		expect(help).toContain("Deploy the fix first");
	});
});
