/** Sends what waits: in groups, past the storm breaker, leased, published and confirmed. */
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Alert } from "../engine/types.ts";
import type { RuleSet } from "../rules/load.ts";
import { Conflict } from "./conflict.ts";
import { type Group, groupAlerts, inMessages } from "./group.ts";
import { alertKey, groupKey, stormKey, textOf } from "./keys.ts";
import { message } from "./message.ts";
import { type Admitted, admit, calm, overAt, type Storm } from "./storm.ts";
import { beginsAlert, overAlert } from "./storm-alerts.ts";
import type { AlertItem, AlertTable } from "./table.ts";

export interface DispatchOptions {
	table: AlertTable;
	sns: SNSClient;
	topicArn: string;
	rules: RuleSet;
	/** Has {@link Dispatcher.flush} called for a rule after so many seconds. */
	later: (rule: string, seconds: number) => Promise<void>;
	/** Whether event times are of the present; of a replay, groups do not wait for long by the wall clock. */
	live: boolean;
	/** By the wall clock, epoch ms. */
	now?: () => number;
	/** How long whoever sends has for it before he is taken for dead, ms. */
	leaseMs?: number;
}

/** What became of a notification. `elsewhere`: it is being sent, or was sent, by somebody else. */
export type Dispatched = "sent" | "deferred" | "held" | "elsewhere" | "refused" | Error;

/** What SNS answers to a message that it will never take. */
const REFUSALS = new Set([
	"InvalidParameter",
	"InvalidParameterException",
	"InvalidParameterValue",
	"ParameterValueInvalid",
]);
const TRIES = 20;
const REPLAY_WAIT_MS = 1_000;

type Waiting = { key: string; alert: Alert };

export class Dispatcher {
	readonly #options: DispatchOptions;
	readonly #now: () => number;

	constructor(options: DispatchOptions) {
		this.#options = options;
		this.#now = options.now ?? Date.now;
	}

	/** Sends these notifications, or has them wait for their group. Never throws: what failed is said, and still waits. */
	async dispatch(waiting: readonly Waiting[]): Promise<Map<string, Dispatched>> {
		const results = new Map<string, Dispatched>();
		const byRule = Map.groupBy(waiting, ({ alert }) => alert.rule);
		await Promise.all(
			[...byRule].map(async ([rule, ofRule]) => {
				const inOrder = ofRule.toSorted((a, b) => compare(a.alert.event_time, b.alert.event_time));
				try {
					const { now, deferred } = await this.#group(rule, inOrder);
					for (const key of deferred) results.set(key, "deferred");
					for (const keys of now) await this.#send(keys, waiting, results);
				} catch (error) {
					for (const { key } of inOrder) if (!results.has(key)) results.set(key, error as Error);
				}
			}),
		);
		return results;
	}

	/** Sends what waits for the end of a rule's group, if it has ended. */
	async flush(rule: string): Promise<Map<string, Dispatched>> {
		const results = new Map<string, Dispatched>();
		const keys = await this.#changing<Group, string[]>(groupKey(rule), (group) =>
			!group || group.waiting.length === 0 || this.#now() < group.until
				? { result: [] }
				: { value: { ...group, waiting: [] }, result: group.waiting },
		);
		for (const message of inMessages(keys)) await this.#send(message, [], results);
		return results;
	}

	/** Sends what was left over: by somebody who died while sending, by a group whose end nobody noticed. */
	async sweep(items: readonly AlertItem[], graceMs = 5_000): Promise<Map<string, Dispatched>> {
		const results = new Map<string, Dispatched>();
		const before = this.#now() - graceMs;
		const left = items.filter(
			({ status, lease_until = 0, due = 0, updated_at }) =>
				(status === "waiting" && due < before && Date.parse(updated_at) < before) ||
				(status === "sending" && lease_until < before),
		);
		const [storms, others] = [left.filter(isStorm), left.filter((item) => !isStorm(item))];
		await this.#sendStorm(storms.map(({ alert }) => alert));
		for (const ofRule of Map.groupBy(others, ({ alert }) => alert.rule).values()) {
			for (const keys of inMessages(ofRule.map(textOf))) await this.#send(keys, [], results).catch(() => {});
		}
		return results;
	}

	/**
	 * Says that a storm is over where nothing came for its time: by event time where that is of the present, else by the
	 * wall clock. `time` is now, epoch ms.
	 */
	async endStorm(time: number, live: boolean): Promise<void> {
		const { storm: limits } = this.#options.rules;
		const alerts = await this.#changing<Storm, Alert[]>(stormKey, (storm, written) => {
			const newest = Math.max(...(storm?.recent ?? []).map((each) => each.time));
			const at = live ? time : newest + (time - written);
			const over = storm && overAt(storm, at, limits);
			if (!over) return { result: [] };
			const said = [overAlert(over, at)];
			return { value: { recent: storm.recent }, result: said, also: { alerts: said } };
		});
		await this.#sendStorm(alerts);
	}

	/** Which alerts of a rule go out now. */
	async #group(rule: string, waiting: readonly Waiting[]): Promise<{ now: string[][]; deferred: string[] }> {
		const window = this.#options.rules.rules.find(({ name }) => name === rule)?.group ?? 0;
		const alerts = waiting.map(({ key, alert }) => ({ key, time: Date.parse(alert.event_time) }));
		if (window === 0) return groupAlerts(undefined, alerts, { window, lasts: 0, now: this.#now() });
		const lasts = this.#options.live ? window : Math.min(window, REPLAY_WAIT_MS);
		const grouped = await this.#changing<Group, ReturnType<typeof groupAlerts>>(groupKey(rule), (group) => {
			const result = groupAlerts(group, alerts, { window, lasts, now: this.#now() });
			return { value: result.group, result };
		});
		const { group, now, deferred } = grouped;
		if (group && deferred.length > 0) {
			await Promise.all(deferred.map((key) => this.#options.table.settle(key, { due: group.until })));
			await this.#options.later(rule, Math.max(1, Math.ceil((group.until - this.#now()) / 1_000)));
		}
		return { now, deferred };
	}

	/** One message: claimed, admitted, published, confirmed. What was not claimed is somebody else's. */
	async #send(keys: string[], known: readonly Waiting[], results: Map<string, Dispatched>): Promise<void> {
		const { table, leaseMs = 60_000 } = this.#options;
		const claimed: string[] = [];
		try {
			const now = this.#now();
			const claims = await Promise.allSettled(keys.map((key) => table.claim(key, now + leaseMs, now)));
			for (const [index, claim] of claims.entries()) {
				const key = keys[index] as string;
				if (claim.status === "rejected") results.set(key, claim.reason);
				else if (claim.value) claimed.push(key);
				else results.set(key, "elsewhere");
			}
			if (claimed.length === 0) return;
			const alerts = await this.#alertsOf(claimed, known);
			if (
				!(await this.#admitted(
					claimed,
					alerts.map(({ alert }) => alert),
				))
			) {
				for (const key of claimed) results.set(key, "held");
				return;
			}
			await this.#publish(alerts, results);
		} catch (error) {
			for (const key of keys) {
				if (results.has(key)) continue;
				results.set(key, error as Error);
				// Where the table does not answer either, the lease runs out.
				if (claimed.includes(key)) await table.settle(key, { status: "waiting" }).catch(() => {});
			}
		}
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

	/** Publishes one message; where SNS refuses it, in halves, so that one alert does not keep the others back. */
	async #publish(alerts: readonly Waiting[], results: Map<string, Dispatched>): Promise<void> {
		const { table, sns, topicArn } = this.#options;
		let id: string | undefined;
		try {
			const all = alerts.map(({ alert }) => alert);
			id = (await sns.send(new PublishCommand(message(all, topicArn)))).MessageId;
		} catch (error) {
			const { name, message } = error as Error;
			if (!REFUSALS.has(name)) throw error;
			if (alerts.length > 1) {
				const middle = Math.ceil(alerts.length / 2);
				await this.#publish(alerts.slice(0, middle), results);
				await this.#publish(alerts.slice(middle), results);
				return;
			}
			for (const { key } of alerts) {
				await table.settle(key, { status: "refused", reason: message.slice(0, 300) });
				results.set(key, "refused");
			}
			return;
		}
		const settled = await Promise.allSettled(
			alerts.map(async ({ key }) => {
				await table.settle(key, { status: "sent", ...(id ? { message_id: id } : {}) });
				results.set(key, "sent");
			}),
		);
		for (const each of settled) if (each.status === "rejected") throw each.reason;
	}

	async #admitted(keys: string[], alerts: Alert[]): Promise<boolean> {
		const { storm: limits } = this.#options.rules;
		const described = {
			id: keys[0] ?? "",
			time: Math.max(...alerts.map(({ event_time }) => Date.parse(event_time))),
			rule: alerts[0]?.rule ?? "",
			alerts: alerts.map(({ alert_id }) => alert_id),
		};
		const { admitted, said } = await this.#changing<Storm, { admitted: Admitted; said: Alert[] }>(
			stormKey,
			(storm = calm) => {
				const admitted = admit(storm, described, limits);
				const said = [
					...(admitted.begins ? [beginsAlert(admitted.begins, limits)] : []),
					...(admitted.over ? [overAlert(admitted.over, described.time)] : []),
				];
				const hold = admitted.verdict === "hold" ? keys : [];
				return { value: admitted.storm, result: { admitted, said }, also: { alerts: said, hold } };
			},
		);
		await this.#sendStorm(said);
		return admitted.verdict === "send";
	}

	/** What is said about a storm itself: no group, no breaker. A fault leaves it waiting for the sweep. */
	async #sendStorm(alerts: Alert[]): Promise<void> {
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

	/** Reads, changes and writes a value of delivery's own, again where somebody else wrote it in between. */
	async #changing<T, Result>(
		key: { pk: string; sk: string },
		/** Given the value, and when it was written, epoch ms. */
		change: (
			value: T | undefined,
			written: number,
		) => { value?: T | undefined; result: Result; also?: { alerts?: Alert[]; hold?: string[] } },
	): Promise<Result> {
		for (let attempt = 1; ; attempt++) {
			const { value: before, version, written } = await this.#options.table.value<T>(key);
			const { value, result, also } = change(before, written);
			if (value === undefined || value === before) return result;
			try {
				await this.#options.table.putValue(key, version, value, also);
				return result;
			} catch (error) {
				if (!(error instanceof Conflict) || attempt === TRIES) throw error;
				await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * attempt));
			}
		}
	}
}

function isStorm({ alert }: AlertItem): boolean {
	return alert.series === "storm";
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
