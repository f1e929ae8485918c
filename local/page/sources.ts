/** Keeps the market, the alerts and the figures up to date from the stack, and tells the hub what changed. */
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { AlertTable } from "../../alerting/deliver/table.ts";
import { Bar, Hit, Tick } from "../../contracts.ts";
import { kinesisClient } from "../../producer/client.ts";
import { messageOf } from "../errors.ts";
import { localCredentials, region } from "../stack.ts";
import { AlertBook, followAlerts } from "./alerts.ts";
import type { FigureReader } from "./figures.ts";
import type { FlowMeter } from "./flow.ts";
import { followStream } from "./follow.ts";
import type { Health } from "./health.ts";
import type { Store } from "./history.ts";
import type { Hub } from "./hub.ts";
import type { Market } from "./market.ts";
import type { AlertRow, Part, Status } from "./messages.ts";
import { SPARK_MS } from "./sparks.ts";

export interface SourcesOptions {
	endpoint: string;
	streams: { bars: string; ticks: string; hits: string };
	latestTable: string;
	alertsTable: string;
	market: Market;
	hub: Hub;
	store: Store;
	figures: FigureReader;
	flow: FlowMeter;
	health: Health;
	status: () => Part[];
	/** Told once for each kind of record that cannot be read. */
	warn: (text: string) => void;
}

/** Bars and seconds are read from a little before the start: what has not reached the store yet must not be missed. */
const OVERLAP_MS = 120_000;
const QUOTES_MS = 250;
const STATUS_MS = 1_000;
const COUNTS_MS = 5_000;
/** Of one BatchGetItem. */
const MOST_KEYS = 100;

const LatestPrice = z.object({
	symbol: z.string().min(1),
	event_time: z.iso.datetime(),
	price: z.number().positive(),
	day_open: z.number().nullable().default(null),
	day_high: z.number().nullable().default(null),
	day_low: z.number().nullable().default(null),
	day_volume: z.number().nullable().default(null),
	day_move_pct: z.number().nullable().default(null),
});

export class Sources {
	readonly #alerts = new AlertBook();
	readonly #options: SourcesOptions;
	#running: Promise<unknown> = Promise.resolve();

	constructor(options: SourcesOptions) {
		this.#options = options;
	}

	/** Starts everything; it ends when `signal` aborts, which {@link ended} waits for. */
	start(signal: AbortSignal): void {
		const { endpoint, streams, market, hub, health, figures, store, flow } = this.#options;
		const aws = { endpoint, region, credentials: localCredentials };
		const kinesis = kinesisClient({ endpoint, region });
		const dynamo = new DynamoDBClient({ ...aws, maxAttempts: 1 });
		const documents = DynamoDBDocumentClient.from(dynamo);
		const from = new Date(Date.now() - OVERLAP_MS);
		const follow = <Row>(
			stream: string,
			schema: z.ZodType<Row>,
			from: Date | "TRIM_HORIZON",
			take: (row: Row) => void,
		) => {
			const read = this.#reader(stream, schema, take);
			const onHealth = (error: Error | undefined) => health.set("emulator", stream, error);
			return followStream(kinesis, { stream, from, onRecords: (payloads) => payloads.forEach(read), onHealth }, signal);
		};
		this.#running = Promise.all([
			follow(streams.bars, Bar, from, (bar) => {
				if (!market.addBar(bar)) return;
				flow.saw("bars", bar.emitted_at, Date.now());
				hub.publish("bar", bar.symbol, bar);
			}),
			follow(streams.ticks, Tick, from, (tick) => {
				if (!market.addTick(tick)) return;
				flow.saw("ticks", tick.emitted_at, Date.now());
				flow.latest.saw(tick, Date.now());
				hub.publish("tick", tick.symbol, tick);
			}),
			// Hits are few: all that the stream still holds are marks in the chart.
			follow(streams.hits, Hit, "TRIM_HORIZON", (hit) => {
				if (!market.addHit(hit)) return;
				flow.saw("hits", hit.emitted_at, Date.now());
				hub.publish("hit", hit.symbol, hit);
			}),
			followAlerts(
				{
					// How long the table remembers is for those who write.
					table: new AlertTable(documents, this.#options.alertsTable, 1),
					book: this.#alerts,
					onRows: (rows) => this.#sayAlerts(rows),
					onHealth: (error) => health.set("emulator", "alerts", error),
				},
				signal,
			),
			untilDone(
				signal,
				() => this.#loadPrices(documents),
				(e) => health.set("emulator", "prices", e),
			),
			untilDone(
				signal,
				() => this.#loadMinutes(store),
				(e) => health.set("questdb", "minutes", e),
			),
			every(
				signal,
				STATUS_MS,
				() => figures.readJob(Date.now()),
				(e) => health.set("flink", "gauges", e),
			),
			every(
				signal,
				COUNTS_MS,
				async () => flow.storeHas(await figures.readStore()),
				(e) => health.set("questdb", "counts", e),
			),
			every(
				signal,
				STATUS_MS,
				() => this.#lookAtLatest(documents),
				(e) => health.set("emulator", "latest", e),
			),
			every(
				signal,
				COUNTS_MS,
				() => figures.readLake(),
				() => {},
			),
			every(
				signal,
				STATUS_MS,
				async () => hub.broadcast("status", this.status()),
				() => {},
			),
			every(
				signal,
				QUOTES_MS,
				async () => {
					const changed = market.takeChanged();
					if (changed.length > 0) hub.broadcast("quotes", changed);
					const closed = market.sparks.takeNew();
					if (closed.length > 0) hub.broadcast("sparks", closed);
				},
				() => {},
			),
		]).finally(() => {
			kinesis.destroy();
			dynamo.destroy();
		});
	}

	/** Resolves when everything has stopped. */
	async ended(): Promise<void> {
		await this.#running;
	}

	/** The latest alerts, the one that changed last at the end. */
	get alerts(): AlertRow[] {
		return this.#alerts.rows;
	}

	/** The parts and the strip as they are now. */
	status(): Status {
		const { health, flow, figures, status } = this.#options;
		const parts = health.over(status());
		const { sent = null, waitedMs = null } = parts.find((part) => part.sent !== undefined) ?? {};
		const { current } = figures;
		const measured = { figures: current, sent, waitedMs, alerts: this.alerts };
		return { parts, figures: current, flow: flow.read(Date.now(), measured) };
	}

	#reader<Row>(stream: string, schema: z.ZodType<Row>, take: (row: Row) => void): (payload: Uint8Array) => void {
		let warned = false;
		return (payload) => {
			const text = Buffer.from(payload).toString("utf8");
			try {
				take(schema.parse(JSON.parse(text)));
			} catch (error) {
				this.#options.figures.current.unreadable += 1;
				if (!warned)
					this.#options.warn(`the page cannot read a record of ${stream}: ${messageOf(error)}: ${text.slice(0, 300)}`);
				warned = true;
			}
		};
	}

	#sayAlerts(rows: AlertRow[]): void {
		const { hub } = this.#options;
		const all = this.alerts;
		// What was there before is said at once, so that a list does not grow line by line before anybody's eyes.
		if (rows.length >= all.length) hub.broadcast("alerts", all);
		else for (const row of rows) hub.publish("alert", null, row);
	}

	async #loadPrices(client: DynamoDBDocumentClient): Promise<void> {
		for await (const page of paginateScan({ client }, { TableName: this.#options.latestTable })) {
			for (const item of page.Items ?? []) {
				const price = LatestPrice.safeParse(item);
				if (price.success) this.#options.market.addPrice(price.data);
			}
		}
	}

	async #loadMinutes(store: Store): Promise<void> {
		const { market } = this.#options;
		for (const bar of await store.latest("1m")) market.addBar(bar);
		for (const bar of await store.recentMinutes(SPARK_MS)) market.sparks.add(bar);
	}

	/** Asks the table for the rows of symbols of which it may not have all seconds yet. */
	async #lookAtLatest(client: DynamoDBDocumentClient): Promise<void> {
		const { latestTable, flow } = this.#options;
		const symbols = flow.latest.next(MOST_KEYS);
		if (symbols.length === 0) return flow.latest.has([], Date.now());
		const { Responses = {} } = await client.send(
			new BatchGetCommand({
				RequestItems: {
					[latestTable]: {
						Keys: symbols.map((symbol) => ({ symbol })),
						ProjectionExpression: "symbol, event_time",
						ConsistentRead: true,
					},
				},
			}),
		);
		const rows = Object.values(Responses).flat();
		flow.latest.has(
			rows.flatMap((row) => LatestPrice.pick({ symbol: true, event_time: true }).safeParse(row).data ?? []),
			Date.now(),
		);
	}
}

/** Runs a task now and then every `ms` after its end, and reports how it went. */
async function every(
	signal: AbortSignal,
	ms: number,
	task: () => Promise<void>,
	report: (error: Error | undefined) => void,
): Promise<void> {
	while (!signal.aborted) {
		try {
			await task();
			report(undefined);
		} catch (error) {
			report(error as Error);
		}
		await sleep(ms, undefined, { signal }).catch(() => {});
	}
}

/** Runs a task until it has gone well once. */
async function untilDone(
	signal: AbortSignal,
	task: () => Promise<void>,
	report: (error: Error | undefined) => void,
): Promise<void> {
	const done = new AbortController();
	await every(
		AbortSignal.any([signal, done.signal]),
		2_000,
		async () => {
			await task();
			done.abort();
		},
		report,
	);
}
