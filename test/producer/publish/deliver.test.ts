import type { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { describe, expect, test } from "vitest";
import { deliver } from "../../../producer/publish/deliver.ts";
import type { Part } from "../../../producer/publish/flight.ts";

const parts = (count: number, bytes = 10): Part[] =>
	Array.from({ length: count }, (_, at) => ({
		entry: { PartitionKey: "k", Data: Buffer.from(String(at)) },
		bytes,
		records: [],
		shard: "s",
	}));
const names = (list: readonly Part[]) => list.map(({ entry }) => Buffer.from(entry.Data as Buffer).toString());
const throttled = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded for shard 1" };
const error = (name: string, httpStatusCode?: number) =>
	Object.assign(new Error(`${name} happened`), { name, $metadata: { httpStatusCode } });

/** Sends with a service that answers each request as told: `fails` says of a record's text whether it fails, or throws. */
async function sending(all: Part[], fails: (text: string, request: number) => boolean, giveUpMs = 60_000) {
	const requests: string[][] = [];
	const acknowledged: string[] = [];
	const retried: string[][] = [];
	const send = async (command: PutRecordsCommand) => {
		const texts = (command.input.Records ?? []).map(({ Data }) => Buffer.from(Data as Buffer).toString());
		const request = requests.push(texts) - 1;
		expect(command.input.StreamName).toBe("trades");
		return { Records: texts.map((text) => (fails(text, request) ? throttled : { ShardId: "s", SequenceNumber: "1" })) };
	};
	const delivery = await deliver(all, {
		client: { send: send as never },
		stream: "trades",
		giveUpMs: () => giveUpMs,
		onAck: (part) => acknowledged.push(...names([part])),
		onRetry: (again) => retried.push(names(again)),
	});
	return { requests, acknowledged, retried, delivery };
}

describe("delivering", () => {
	test("goes in one request where it fits, and is acknowledged one by one", async () => {
		const { requests, acknowledged, delivery } = await sending(parts(3), () => false);
		expect(requests).toEqual([["0", "1", "2"]]);
		expect(acknowledged).toEqual(["0", "1", "2"]);
		expect(delivery.failed).toEqual([]);
	});

	test("of nothing asks nobody", async () => {
		expect((await sending([], () => false)).requests).toEqual([]);
	});

	test("keeps to 500 records and 300 KiB a request; what is larger goes alone", async () => {
		expect((await sending(parts(1201), () => false)).requests.map(({ length }) => length)).toEqual([500, 500, 201]);
		const hundred = await sending(parts(7, 100 * 1024), () => false);
		expect(hundred.requests.map(({ length }) => length)).toEqual([3, 3, 1]);
		const mebibytes = await sending(parts(2, 1024 * 1024), () => false);
		expect(mebibytes.requests.map(({ length }) => length)).toEqual([1, 1]);
	});

	test("sends again only what failed, until all is there", async () => {
		const { requests, acknowledged, retried, delivery } = await sending(
			parts(4),
			(text, request) => (request === 0 && text !== "0") || (request === 1 && text === "2"),
		);
		expect(requests).toEqual([["0", "1", "2", "3"], ["1", "2", "3"], ["2"]]);
		expect(retried).toEqual([["1", "2", "3"], ["2"]]);
		expect(acknowledged).toEqual(["0", "1", "3", "2"]);
		expect(delivery.failed).toEqual([]);
	});

	test.each([
		["throttled", error("ProvisionedThroughputExceededException", 400)],
		["limited", error("LimitExceededException", 400)],
		["not ready", error("ResourceInUseException", 400)],
		["slowed down", error("TooManyRequestsException", 429)],
		["broken", error("InternalFailure", 500)],
		["not there", Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })],
	])("tries a request again when the service is %s", async (_, failure) => {
		const { requests, delivery } = await sending(parts(2), (_text, request) => {
			if (request === 0) throw failure;
			return false;
		});
		expect(requests).toEqual([
			["0", "1"],
			["0", "1"],
		]);
		expect(delivery.failed).toEqual([]);
	});

	test.each([
		["ResourceNotFoundException", 400],
		["AccessDeniedException", 400],
		["ValidationException", 400],
		["UnrecognizedClientException", 403],
	])("gives up at once at %s, which no other try can mend", async (name, status) => {
		const { requests, delivery } = await sending(parts(2), () => {
			throw error(name, status);
		});
		expect(requests).toHaveLength(1);
		expect(names(delivery.failed)).toEqual(["0", "1"]);
		expect(delivery.reason).toMatchObject({ name });
	});

	test("gives up when nothing is taken for long enough, and says why", async () => {
		const { requests, acknowledged, delivery } = await sending(parts(2), (text) => text === "1", 300);
		expect(requests.length).toBeGreaterThan(2);
		expect(acknowledged).toEqual(["0"]);
		expect(names(delivery.failed)).toEqual(["1"]);
		expect(String(delivery.reason)).toContain("ProvisionedThroughputExceededException: Rate exceeded for shard 1");
	});

	test("goes on as long as something is taken", async () => {
		let left = 8;
		const { delivery } = await sending(
			parts(8),
			(text) => {
				if (Number(text) !== 8 - left) return true;
				left--;
				return false;
			},
			250,
		);
		expect(delivery.failed).toEqual([]);
	});

	test("takes an answer that leaves a record out for a failure", async () => {
		let asked = 0;
		const send = async (command: PutRecordsCommand) => {
			const ok = { ShardId: "s", SequenceNumber: "1" };
			return { Records: asked++ === 0 ? [ok] : (command.input.Records ?? []).map(() => ok) };
		};
		const acknowledged: string[] = [];
		await deliver(parts(2), {
			client: { send: send as never },
			stream: "trades",
			giveUpMs: () => 10_000,
			onAck: (part) => acknowledged.push(...names([part])),
		});
		expect(acknowledged).toEqual(["0", "1"]);
	});
});
