/** The ways of sending that are compared, each as a user would write it. */
import { KinesisClient, PutRecordCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type Feed, outgoingOf, publish } from "../../producer/index.ts";
import type { BenchTrade } from "./trades.ts";

export interface Job {
	readonly endpoint: string;
	readonly stream: string;
	readonly trades: readonly BenchTrade[];
	/** When to begin no more, epoch milliseconds. */
	readonly until: number;
}

export interface Sent {
	readonly sent: number;
	readonly retried: number;
}

export interface Variant {
	readonly name: string;
	/** The event times: as they were, or as in a market with 25,000 trades in each second. */
	readonly times: "day" | "dense";
	/**
	 * Whether it makes a Kinesis record of each trade. The emulator gets slower with each record that a stream holds, so that
	 * these are given fewer trades.
	 */
	readonly plain: boolean;
	readonly send: (job: Job) => Promise<Sent>;
}

export const VARIANTS: Readonly<Record<string, Variant>> = {
	a: { name: "PutRecord, one at a time", times: "day", plain: true, send: oneAtATime },
	b: { name: "PutRecords of 500 in a loop", times: "day", plain: true, send: plainLoop },
	c: { name: "publish, plain, 25,000 a second", times: "dense", plain: true, send: (job) => publishing(job, "off") },
	r: { name: "publish, plain, the day at once", times: "day", plain: true, send: (job) => publishing(job, "off") },
	d: { name: "publish, aggregated", times: "day", plain: false, send: (job) => publishing(job, "on") },
	e: { name: "publish, auto", times: "day", plain: false, send: (job) => publishing(job, "auto") },
	i: { name: "publish, auto, an AsyncIterable", times: "day", plain: false, send: iterable },
};

/** A client as a plain script makes it: the SDK's defaults, but HTTP/1.1, because the emulator drops HTTP/2 under load. */
function plainClient(endpoint: string): KinesisClient {
	return new KinesisClient({
		endpoint,
		region: "us-east-1",
		credentials: { accessKeyId: "test", secretAccessKey: "test" },
		requestHandler: new NodeHttpHandler(),
	});
}

async function oneAtATime({ endpoint, stream, trades, until }: Job): Promise<Sent> {
	const client = plainClient(endpoint);
	let sent = 0;
	for (const trade of trades) {
		if (Date.now() >= until) break;
		await client.send(
			new PutRecordCommand({
				StreamName: stream,
				PartitionKey: trade.symbol,
				Data: Buffer.from(JSON.stringify(trade)),
			}),
		);
		sent++;
	}
	client.destroy();
	return { sent, retried: 0 };
}

async function plainLoop({ endpoint, stream, trades, until }: Job): Promise<Sent> {
	const client = plainClient(endpoint);
	let sent = 0;
	for (let at = 0; at < trades.length && Date.now() < until; at += 500) {
		const Records = trades
			.slice(at, at + 500)
			.map((trade) => ({ PartitionKey: trade.symbol, Data: Buffer.from(JSON.stringify(trade)) }));
		const answer = await client.send(new PutRecordsCommand({ StreamName: stream, Records }));
		if (answer.FailedRecordCount) throw new Error(`${answer.FailedRecordCount} records failed.`);
		sent += Records.length;
	}
	client.destroy();
	return { sent, retried: 0 };
}

/** Through the publisher, checked and encoded one by one as all our feeds do it. */
async function publishing({ endpoint, stream, trades, until }: Job, aggregate: "auto" | "on" | "off"): Promise<Sent> {
	async function* batches(): AsyncGenerator<ReturnType<typeof outgoingOf>[]> {
		for (let at = 0; at < trades.length && Date.now() < until; at += 500) {
			const now = Date.now();
			yield trades.slice(at, at + 500).map((trade) => outgoingOf(trade, now));
		}
	}
	const feed: Feed = { name: "bench", total: undefined, live: false, batches };
	return counted(await publish(feed, { stream, kinesis: { endpoint }, aggregate }));
}

/** Through the publisher from what a user's own feed is: an async iterable of trades, each by itself. */
async function iterable({ endpoint, stream, trades, until }: Job): Promise<Sent> {
	async function* each(): AsyncGenerator<BenchTrade> {
		for (const [at, trade] of trades.entries()) {
			if (at % 500 === 0 && Date.now() >= until) return;
			yield trade;
		}
	}
	return counted(await publish(each(), { stream, kinesis: { endpoint } }));
}

function counted(result: { read: number; sent: number; retried: number }): Sent {
	if (result.sent !== result.read) throw new Error(`The publisher left trades out: ${JSON.stringify(result)}`);
	return { sent: result.sent, retried: result.retried };
}
