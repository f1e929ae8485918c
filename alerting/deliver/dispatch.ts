/** Decides when what waits is sent: at once, with its group, or because it was left over. */

import type { Alert } from "../engine/types.ts";
import { changing } from "./changing.ts";
import { type Group, groupAlerts, inMessages } from "./group.ts";
import { groupKey, stormKey, textOf } from "./keys.ts";
import { compare, type Dispatched, Sender, type SendOptions, type Waiting } from "./send.ts";
import { overAt, type Storm } from "./storm.ts";
import { overAlert } from "./storm-alerts.ts";
import type { AlertItem } from "./table.ts";

export interface DispatchOptions extends SendOptions {
	/** Has {@link Dispatcher.flush} called for a rule after so many seconds. */
	later: (rule: string, seconds: number) => Promise<void>;
	/** Whether event times are of the present; of a replay, groups do not wait for long by the wall clock. */
	live: boolean;
}

const REPLAY_WAIT_MS = 1_000;

export class Dispatcher {
	readonly #options: DispatchOptions;
	readonly #sender: Sender;
	readonly #now: () => number;

	constructor(options: DispatchOptions) {
		this.#options = options;
		this.#sender = new Sender(options);
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
					await this.#sender.send(now, waiting, results);
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
		const keys = await changing<Group, string[]>(this.#options.table, groupKey(rule), (group) =>
			!group || group.waiting.length === 0 || this.#now() < group.until
				? { result: [] }
				: { value: { ...group, waiting: [] }, result: group.waiting },
		);
		await this.#sender.send(inMessages(keys), [], results);
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
		await this.#sender.sendStorm(storms.map(({ alert }) => alert));
		for (const ofRule of Map.groupBy(others, ({ alert }) => alert.rule).values()) {
			await this.#sender.send(inMessages(ofRule.map(textOf)), [], results);
		}
		return results;
	}

	/**
	 * Says that a storm is over where nothing came for its time: by event time where that is of the present, else by the
	 * wall clock. `time` is now, epoch ms.
	 */
	async endStorm(time: number, live: boolean): Promise<void> {
		const { storm: limits } = this.#options.rules;
		const alerts = await changing<Storm, Alert[]>(this.#options.table, stormKey, (storm, written) => {
			const newest = Math.max(...(storm?.recent ?? []).map((each) => each.time));
			const at = live ? time : newest + (time - written);
			const over = storm && overAt(storm, at, limits);
			if (!over) return { result: [] };
			const said = [overAlert(over, at)];
			return { value: { recent: storm.recent }, result: said, also: { alerts: said } };
		});
		await this.#sender.sendStorm(alerts);
	}

	/** Which alerts of a rule go out now. */
	async #group(rule: string, waiting: readonly Waiting[]): Promise<{ now: string[][]; deferred: string[] }> {
		const window = this.#options.rules.rules.find(({ name }) => name === rule)?.group ?? 0;
		const alerts = waiting.map(({ key, alert }) => ({ key, time: Date.parse(alert.event_time) }));
		if (window === 0) return groupAlerts(undefined, alerts, { window, lasts: 0, now: this.#now() });
		const lasts = this.#options.live ? window : Math.min(window, REPLAY_WAIT_MS);
		const grouped = await changing<Group, ReturnType<typeof groupAlerts>>(
			this.#options.table,
			groupKey(rule),
			(group) => {
				const result = groupAlerts(group, alerts, { window, lasts, now: this.#now() });
				return { value: result.group, result };
			},
		);
		const { group, now, deferred } = grouped;
		if (group && deferred.length > 0) {
			await Promise.all(deferred.map((key) => this.#options.table.settle(key, { due: group.until })));
			await this.#options.later(rule, Math.max(1, Math.ceil((group.until - this.#now()) / 1_000)));
		}
		return { now, deferred };
	}
}

function isStorm({ alert }: AlertItem): boolean {
	return alert.series === "storm";
}
