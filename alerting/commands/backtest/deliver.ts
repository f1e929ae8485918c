/** How notifications would have gone out: in groups and past the storm breaker, event time in the place of the clock. */
import { type Group, groupAlerts, inMessages } from "../../deliver/group.ts";
import { admit, calm, overAt, type Storm } from "../../deliver/storm.ts";
import type { Alert } from "../../engine/types.ts";
import type { RuleSet } from "../../rules/load.ts";

export interface Delivery {
	/** Messages that go out, those about storms too. */
	messages: number;
	/** By alert_id and state: alerts that a storm held back. */
	held: Set<string>;
	/** Of each, from when to when it lasted, epoch ms. */
	storms: { from: number; to: number; held: number }[];
}

const MINUTE = 60_000;

/** What names a notification among those of its episode. */
export function notificationId({ alert_id, state }: Pick<Alert, "alert_id" | "state">): string {
	return `${alert_id}|${state}`;
}

/**
 * Delivers notifications, given in the order of event time. Those of one rule at the same moment come together, as the bars
 * of a minute do.
 */
export function deliver(notifications: readonly Alert[], rules: RuleSet): Delivery {
	const known = new Map(notifications.map((alert) => [notificationId(alert), alert]));
	const groups = new Map<string, Group>();
	const breaker = new Breaker(rules);
	const send = (keys: readonly string[]) => breaker.message(keys.flatMap((key) => known.get(key) ?? []));
	/** Sends what waits in groups that end by this time, in the order of their ends. */
	const endGroups = (time: number) => {
		const ended = [...groups].filter(([, { until }]) => until <= time).sort(([, a], [, b]) => a.until - b.until);
		for (const [rule, group] of ended) {
			groups.delete(rule);
			for (const keys of inMessages(group.waiting)) send(keys);
		}
	};
	for (const together of Map.groupBy(notifications, ({ event_time, rule }) => `${event_time}|${rule}`).values()) {
		const [{ rule, event_time }] = together as [Alert, ...Alert[]];
		const time = Date.parse(event_time);
		endGroups(time);
		const window = rules.rules.find(({ name }) => name === rule)?.group ?? 0;
		const waiting = together.map((alert) => ({ key: notificationId(alert), time }));
		const { group, now } = groupAlerts(groups.get(rule), waiting, { window, lasts: window, now: time });
		if (group) groups.set(rule, group);
		for (const keys of now) send(keys);
	}
	endGroups(Number.POSITIVE_INFINITY);
	return breaker.end();
}

/** The storm breaker, which is looked at with each message and each minute. */
class Breaker {
	readonly #rules: RuleSet;
	readonly #delivery: Delivery = { messages: 0, held: new Set(), storms: [] };
	#storm: Storm = calm;
	#time = 0;

	constructor(rules: RuleSet) {
		this.#rules = rules;
	}

	message(alerts: readonly Alert[]): void {
		const time = Math.max(...alerts.map(({ event_time }) => Date.parse(event_time)));
		this.#pass(time);
		const { storm, verdict, begins, over } = admit(
			this.#storm,
			{
				id: alerts.map(notificationId).join(),
				time,
				rule: alerts[0]?.rule ?? "",
				alerts: alerts.map(({ alert_id }) => alert_id),
			},
			this.#rules.storm,
		);
		this.#storm = storm;
		if (over) this.#over(over, time);
		if (begins) this.#delivery.messages += 1;
		if (verdict === "send") this.#delivery.messages += 1;
		else for (const alert of alerts) this.#delivery.held.add(notificationId(alert));
	}

	/** Nothing more comes. */
	end(): Delivery {
		this.#pass(Number.POSITIVE_INFINITY);
		return this.#delivery;
	}

	/** Each minute until a time, as long as a storm lasts, which it does not without messages. */
	#pass(until: number): void {
		for (let minute = Math.ceil(this.#time / MINUTE) * MINUTE; this.#storm.active && minute < until; minute += MINUTE) {
			const over = overAt(this.#storm, minute, this.#rules.storm);
			if (!over) continue;
			this.#storm = { recent: this.#storm.recent };
			this.#over(over, minute);
		}
		this.#time = until;
	}

	#over({ since, held }: NonNullable<Storm["active"]>, time: number): void {
		this.#delivery.messages += 1;
		this.#delivery.storms.push({ from: since, to: time, held });
	}
}
