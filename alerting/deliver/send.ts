/** Sends messages: leased, past the storm breaker, published and confirmed. */
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Alert } from "../engine/types.ts";
import type { RuleSet } from "../rules/load.ts";
import { changing } from "./changing.ts";
import { inTransactions } from "./group.ts";
import { alertKey, stormKey, textOf } from "./keys.ts";
import { message } from "./message.ts";
import { calm, type Storm } from "./storm.ts";
import { type AllAdmitted, admitAll } from "./storm-alerts.ts";
import type { AlertTable } from "./table.ts";

export interface SendOptions {
	table: AlertTable;
	sns: SNSClient;
	topicArn: string;
	rules: RuleSet;
	/** By the wall clock, epoch ms. */
	now?: () => number;
	/** How long whoever sends has for it before he is taken for dead, ms. */
	leaseMs?: number;
}

/** What became of a notification. `elsewhere`: it is being sent, or was sent, by somebody else. */
export type Dispatched = "sent" | "deferred" | "held" | "elsewhere" | "refused" | Error;

export type Waiting = { key: string; alert: Alert };
export type Results = Map<string, Dispatched>;

/** What SNS answers to a message that it will never take. */
const REFUSALS = new Set([
	"InvalidParameter",
	"InvalidParameterException",
	"InvalidParameterValue",
	"ParameterValueInvalid",
]);

export class Sender {
	readonly #options: SendOptions;
	readonly #now: () => number;

	constructor(options: SendOptions) {
		this.#options = options;
		this.#now = options.now ?? Date.now;
	}

	/**
	 * Messages, each given by its alerts' keys: claimed, admitted in their order, published and confirmed. What was not
	 * claimed is somebody else's. Never throws.
	 */
	async send(messages: readonly string[][], known: readonly Waiting[], results: Results): Promise<void> {
		const claimed = await Promise.all(messages.map((keys) => this.#claimed(keys, known, results)));
		for (const some of inTransactions(claimed.filter(({ length }) => length > 0))) {
			try {
				await this.#sendAdmitted(some, await this.#admitted(some), results);
			} catch (error) {
				await this.#giveBack(some.flat(), error as Error, results);
			}
		}
	}

	/**
	 * All at once, but that what is told of one series keeps its order, and that a storm's beginning and end are said between
	 * those before and those after.
	 */
	async #sendAdmitted(
		messages: readonly Waiting[][],
		admitted: AllAdmitted["messages"],
		results: Results,
	): Promise<void> {
		/** Of each series the last message. */
		let underWay = new Map<string, Promise<void>>();
		for (const [index, alerts] of messages.entries()) {
			const { verdict, said } = admitted[index] as AllAdmitted["messages"][number];
			if (said.length > 0) {
				await Promise.all(underWay.values());
				underWay = new Map();
				await this.sendStorm(said);
			}
			if (verdict === "send") {
				const all = alerts.map(({ alert: { symbol, series } }) => `${symbol}|${series}`);
				const sent = Promise.all(all.map((each) => underWay.get(each))).then(() => this.#publish(alerts, results));
				for (const each of all) underWay.set(each, sent);
			} else for (const { key } of alerts) results.set(key, "held");
		}
		await Promise.all(underWay.values());
	}

	/** The alerts among these that are now ours to send. */
	async #claimed(keys: readonly string[], known: readonly Waiting[], results: Results): Promise<Waiting[]> {
		const { table, leaseMs = 60_000 } = this.#options;
		const now = this.#now();
		const claims = await Promise.allSettled(keys.map((key) => table.claim(key, now + leaseMs, now)));
		const claimed: string[] = [];
		for (const [index, claim] of claims.entries()) {
			const key = keys[index] as string;
			if (claim.status === "rejected") results.set(key, claim.reason);
			else if (claim.value) claimed.push(key);
			else results.set(key, "elsewhere");
		}
		try {
			return await this.#alertsOf(claimed, known);
		} catch (error) {
			await this.#giveBack(
				claimed.map((key) => ({ key })),
				error as Error,
				results,
			);
			return [];
		}
	}

	/** What failed waits again; where the table does not answer either, the lease runs out. */
	async #giveBack(alerts: readonly { key: string }[], error: Error, results: Results): Promise<void> {
		const failed = alerts.filter(({ key }) => !results.has(key));
		for (const { key } of failed) results.set(key, error);
		await Promise.allSettled(failed.map(({ key }) => this.#options.table.settle(key, { status: "waiting" })));
	}

	/** In the order of their event times. */
	async #alertsOf(keys: readonly string[], known: readonly Waiting[]): Promise<Waiting[]> {
		const found = known.filter(({ key }) => keys.includes(key));
		const all =
			found.length === keys.length
				? found
				: (await this.#options.table.alerts(keys)).map((item) => ({ key: textOf(item), alert: item.alert }));
		return all.toSorted((a, b) => compare(a.alert.event_time, b.alert.event_time));
	}

	/**
	 * Publishes one message; where SNS refuses it, in halves, so that one alert does not keep the others back. Never throws.
	 */
	async #publish(alerts: readonly Waiting[], results: Results): Promise<void> {
		const { table, sns, topicArn } = this.#options;
		let became: Parameters<AlertTable["settle"]>[1] & { status: "sent" | "refused" };
		try {
			const all = alerts.map(({ alert }) => alert);
			const { MessageId: id } = await sns.send(new PublishCommand(message(all, topicArn)));
			became = { status: "sent", ...(id ? { message_id: id } : {}) };
		} catch (error) {
			const { name, message } = error as Error;
			if (!REFUSALS.has(name)) return this.#giveBack(alerts, error as Error, results);
			if (alerts.length > 1) {
				const middle = Math.ceil(alerts.length / 2);
				await this.#publish(alerts.slice(0, middle), results);
				await this.#publish(alerts.slice(middle), results);
				return;
			}
			became = { status: "refused", reason: message.slice(0, 300) };
		}
		await Promise.all(
			alerts.map(async (each) => {
				try {
					await table.settle(each.key, became);
					results.set(each.key, became.status);
				} catch (error) {
					await this.#giveBack([each], error as Error, results);
				}
			}),
		);
	}

	/** What the storm breaker says to each of these messages. */
	async #admitted(messages: readonly Waiting[][]): Promise<AllAdmitted["messages"]> {
		const { storm: limits } = this.#options.rules;
		return changing<Storm, AllAdmitted["messages"]>(this.#options.table, stormKey, (before = calm) => {
			const { storm: value, messages: result, held: hold } = admitAll(before, messages, limits);
			return { value, result, also: { alerts: result.flatMap(({ said }) => said), hold } };
		});
	}

	/** What is said about a storm itself: no group, no breaker. A fault leaves it waiting for the sweep. */
	async sendStorm(alerts: Alert[]): Promise<void> {
		const { table, sns, topicArn, leaseMs = 60_000 } = this.#options;
		for (const alert of alerts) {
			const key = textOf(alertKey(alert));
			try {
				if (!(await table.claim(key, this.#now() + leaseMs, this.#now()))) continue;
				const kind = alert.state === "firing" ? "storm" : "storm_over";
				const { MessageId } = await sns.send(new PublishCommand(message([alert], topicArn, kind)));
				await table.settle(key, { status: "sent", ...(MessageId ? { message_id: MessageId } : {}) });
			} catch {
				await table.settle(key, { status: "waiting" }).catch(() => {});
			}
		}
	}
}

/** Orders texts, and with them times in ISO 8601. */
export function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
