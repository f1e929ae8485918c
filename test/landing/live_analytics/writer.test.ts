import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bar } from "../../../contracts.ts";
import { barTable } from "../../../landing/live_analytics/table.ts";
import { barWriter } from "../../../landing/live_analytics/writer.ts";
import { observedConsumer } from "../../support/consumer.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { bar } from "../../support/samples.ts";
import { timestreamServer } from "../../support/timestream.ts";

// The SDK's own client, against answers as Timestream gives them.
type Server = Awaited<ReturnType<typeof timestreamServer>>;
const land = ({ client }: Server) =>
	observedConsumer({ schema: Bar, handle: barWriter(barTable(client, { database: "tidemark", table: "bars" })) });
const emitted = (second: number) => `2013-10-07T13:31:${String(second).padStart(2, "0")}.000Z`;
const many = (count: number, changes: Partial<Bar> = {}) =>
	Array.from({ length: count }, (_, index) => bar({ symbol: `S${String(index).padStart(4, "0")}`, ...changes }));
/** The close and version of each row. */
const content = ({ rows }: Server) =>
	[...rows.values()].map(({ MeasureValues, Version }) => [
		Number(MeasureValues?.find(({ Name }) => Name === "close")?.Value),
		Version,
	]);

describe("a batch", () => {
	test("is written by 100 bars a call, those of an interval together", async () => {
		const server = await timestreamServer();
		const { handler, counts } = land(server);
		const bars = many(150).flatMap((one) => [one, { ...one, interval: "5m" }]);
		await deliver(handler, kinesisRecords(bars), { batchSize: 300 });
		expect(server.calls.map(({ Records }) => Records?.length)).toEqual([100, 100, 100]);
		expect(server.calls.map(({ CommonAttributes }) => CommonAttributes?.Dimensions)).toEqual([
			[{ Name: "interval", Value: "1m" }],
			undefined,
			[{ Name: "interval", Value: "5m" }],
		]);
		expect(server.calls[0]).toMatchObject({ DatabaseName: "tidemark", TableName: "bars" });
		expect(server.rows.size).toBe(300);
		expect(counts).toMatchObject({ handled: 300, rejected: 0, failed: 0 });
	});

	test("that comes again changes nothing", async () => {
		const server = await timestreamServer();
		const { handler, counts } = land(server);
		await deliver(handler, kinesisRecords(many(10)));
		const before = new Map(server.rows);
		await deliver(handler, kinesisRecords(many(10)));
		expect(server.rows).toEqual(before);
		expect(counts).toMatchObject({ handled: 20, rejected: 0, failed: 0 });
	});
});

describe("versions", () => {
	test("the newest of a batch is written; a stale one later on is no error", async () => {
		const server = await timestreamServer();
		const { handler, counts, letters } = land(server);
		const version = (second: number) => bar({ close: second, emitted_at: emitted(second) });
		await deliver(handler, kinesisRecords([version(20), version(40), version(30)]));
		await deliver(handler, kinesisRecords([version(10)]));
		expect(content(server)).toEqual([[40, Date.parse(emitted(40))]]);
		await deliver(handler, kinesisRecords([version(50)]));
		expect(content(server)).toEqual([[50, Date.parse(emitted(50))]]);
		expect(letters).toEqual([]);
		expect(counts).toMatchObject({ handled: 5, rejected: 0, failed: 0 });
	});

	test("the newest stays, with any order, batches, failures and lost answers", async () => {
		const version = fc.record({ symbol: fc.constantFrom("A", "B"), second: fc.nat(20) });
		await fc.assert(
			fc.asyncProperty(
				fc.array(version, { minLength: 1, maxLength: 15 }),
				fc.integer({ min: 1, max: 6 }),
				fc.infiniteStream(fc.nat(4)),
				async (versions, batchSize, chances) => {
					const server = await timestreamServer();
					let faults = 10;
					const chance = () => faults-- > 0 && chances.next().value === 0;
					server.problem = () =>
						chance() ? { status: 400, type: "ThrottlingException", message: "slow down" } : undefined;
					const bars = versions.map(({ symbol, second }) =>
						bar({ symbol, close: second + 1, emitted_at: emitted(second) }),
					);
					const { abandoned } = await deliver(land(server).handler, kinesisRecords(bars), {
						batchSize,
						retryAttempts: 50,
						loseAnswer: chance,
					});
					expect(abandoned).toEqual([]);
					const bySymbol = [...Map.groupBy(versions, ({ symbol }) => symbol).values()];
					const newest = bySymbol.map((all) => Date.parse(emitted(Math.max(...all.map(({ second }) => second)))));
					expect(
						content(server)
							.map(([, version]) => version)
							.sort(),
					).toEqual(newest.sort());
				},
			),
			{ numRuns: 25 },
		);
	});
});

describe("a record that is rejected", () => {
	test("for its time is kept with the reason, and the others of its call are written", async () => {
		const server = await timestreamServer();
		server.begins = Date.parse("2013-10-07T00:00:00.000Z");
		const { handler, letters, counts } = land(server);
		const old = bar({ symbol: "OLD", window_start: "2013-10-06T13:30:00.000Z" });
		await deliver(handler, kinesisRecords([...many(5), old, ...many(5, { interval: "5m" })]));
		expect(server.rows.size).toBe(10);
		expect(letters).toMatchObject([{ reason: "rejected", payload: JSON.stringify(old) }]);
		expect(letters[0]?.detail).toMatch(
			/^Timestream refused the record: The record timestamp is outside the time range \[2013-10-07T00:00:00\.000Z, /,
		);
		expect(counts).toMatchObject({ handled: 10, rejected: 1, failed: 0 });
	});

	test("does not take an older, good version of its bar with it", async () => {
		const server = await timestreamServer();
		server.rejects = ({ MeasureValues }) =>
			MeasureValues?.some(({ Value }) => Value === "999") ? "The measure value is not taken." : undefined;
		const { handler, letters } = land(server);
		const bars = [bar({ close: 1 }), bar({ close: 999, emitted_at: emitted(30) }), bar({ symbol: "B" })];
		await deliver(handler, kinesisRecords(bars));
		expect(
			content(server)
				.map(([close]) => close)
				.sort(),
		).toEqual([1, 487]);
		expect(letters).toMatchObject([{ detail: "Timestream refused the record: The measure value is not taken." }]);
	});

	test("together with stale ones: only it is kept", async () => {
		const server = await timestreamServer();
		const { handler, letters } = land(server);
		await deliver(handler, kinesisRecords(many(3, { emitted_at: emitted(40) })));
		server.rejects = ({ Dimensions }) =>
			Dimensions?.some(({ Value }) => Value === "BAD") ? "not this one" : undefined;
		await deliver(handler, kinesisRecords([...many(3, { close: 1 }), bar({ symbol: "BAD" })]));
		expect(content(server).map(([close]) => close)).toEqual([487, 487, 487]);
		expect(letters.map(({ payload }) => JSON.parse(payload ?? "").symbol)).toEqual(["BAD"]);
	});

	test("with its whole call: it is looked for, and the rest is written", async () => {
		const server = await timestreamServer();
		server.problem = (_, input) =>
			JSON.stringify(input).includes('"BAD"')
				? { status: 400, type: "ValidationException", message: "1 validation error detected: dimension value" }
				: undefined;
		const { handler, letters, counts } = land(server);
		await deliver(handler, kinesisRecords([...many(60), bar({ symbol: "BAD" }), ...many(60, { interval: "5m" })]), {
			batchSize: 200,
		});
		expect(server.rows.size).toBe(120);
		expect(letters).toMatchObject([{ detail: expect.stringContaining("1 validation error detected") }]);
		expect(server.calls.length).toBeLessThan(20);
		expect(counts).toMatchObject({ handled: 120, rejected: 1, failed: 0 });
	});
});

describe("a call that fails", () => {
	test.each([
		[
			"ThrottlingException",
			400,
			"Rate exceeded",
			/did not take a write to the table bars of the database tidemark: Rate/,
		],
		["InternalServerException", 500, "Internal error", /did not take a write.*Internal error/],
		[
			"ResourceNotFoundException",
			404,
			"no",
			/no such place as the table bars of the database tidemark: deploy the stacks/,
		],
		[
			"AccessDeniedException",
			403,
			"not authorized",
			/may not write to the table bars.*takes no new customers: not auth/,
		],
	])("with %s comes again, and nothing is lost", async (type, status, message, expected) => {
		const server = await timestreamServer();
		server.problem = (call) => (call === 2 ? { status, type, message } : undefined);
		const { handler, letters, counts, logged } = land(server);
		const { abandoned } = await deliver(handler, kinesisRecords(many(250)), { batchSize: 250 });
		expect(abandoned).toEqual([]);
		expect(server.rows.size).toBe(250);
		expect(letters).toEqual([]);
		expect(counts.failed).toBe(150);
		expect(JSON.stringify(logged)).toMatch(expected);
	});

	test("because nobody answers comes again", async () => {
		const server = await timestreamServer();
		const send = () => Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
		const { handler, letters } = land({ ...server, client: { send } as unknown as Server["client"] });
		const { abandoned } = await deliver(handler, kinesisRecords(many(2)), { retryAttempts: 1 });
		expect(abandoned).not.toEqual([]);
		expect(letters).toEqual([]);
	});
});
