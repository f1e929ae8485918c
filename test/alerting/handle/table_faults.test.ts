import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { alerting, alertTables, cleared, crossed, fakeTopic, moveRule, type Tables } from "./support.ts";

let tables: Tables;
beforeAll(async () => {
	tables = await alertTables();
});
afterAll(() => tables?.close());

type When = "before" | "after";

/** The emulator's DynamoDB, whose call of this number fails: before anything is done, or after, so that its answer is lost. */
function failing(at: number, when: When) {
	const calls: string[] = [];
	const send = async (command: { constructor: { name: string } }) => {
		const fails = calls.push(command.constructor.name) === at;
		const error = Object.assign(new Error(`call ${at} fails`), { name: "ProvisionedThroughputExceededException" });
		if (fails && when === "before") throw error;
		const answer = await tables.client.send(command as never);
		if (fails) throw error;
		return answer;
	};
	const client: DynamoDBDocumentClient = Object.create(tables.client, { send: { value: send } });
	return { calls, client };
}

/** Delivers the same records with a fault at one call of the table, lets the clock come round, and says what was sent. */
async function told(at: number, when: When, rules: string) {
	const name = await tables.newTable();
	const topic = fakeTopic();
	const { calls, client } = failing(at, when);
	const records = kinesisRecords([crossed("A", 0), crossed("B", 1), cleared("A", 2), crossed("A", 3)]);
	const first = alerting({ tables, name, topic, rules, client });
	const { abandoned } = await deliver(first.hits.handler, records, { batchSize: 2 });
	expect(abandoned).toEqual([]);
	expect(first.hits.letters).toEqual([]);
	// A minute later: leases and groups are over.
	const later = alerting({ tables, name, topic, rules, now: () => Date.now() + 70_000 });
	await later.watch.minute();
	expect((await later.kept("move")).map(({ status }) => status)).toEqual(["sent", "sent", "sent"]);
	return { calls, ids: topic.ids() };
}

const alerts = ["A|hit 5m|2013-10-07T14:00:00", "B|hit 5m|2013-10-07T14:00:01", "A|hit 5m|2013-10-07T14:00:03"].map(
	(id) => `move|${id}.000Z`,
);

describe.each([
	["each alert a message", moveRule()],
	["in groups", moveRule("    group: 10s")],
])("a table that fails at one call, whichever it is; %s", (_, rules) => {
	test.each<When>(["before", "after"])("%s it is done: nothing is lost, and nothing new is made up", async (when) => {
		const { calls, ids } = await told(0, when, rules);
		expect(ids.toSorted()).toEqual(alerts.toSorted());
		expect(calls.length).toBeGreaterThan(10);
		for (let at = 1; at <= calls.length; at++) {
			const some = await told(at, when, rules);
			expect([...new Set(some.ids)].sort(), `call ${at}, ${calls[at - 1]}`).toEqual(alerts.toSorted());
			// What was published and could not be confirmed is published again: one message, not each.
			expect(some.ids.length, `call ${at}, ${calls[at - 1]}`).toBeLessThanOrEqual(alerts.length + 2);
		}
	});
});
