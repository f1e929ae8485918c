/** The storm breaker: too many messages in a short time become a summary. Event time; pure. */

export interface StormLimits {
	/** More messages than this … */
	moreThan: number;
	/** … within so many ms are a storm. */
	within: number;
}

export interface Storm {
	/** The last messages, those that were held too. */
	recent: { id: string; time: number }[];
	/** Set while it lasts. */
	active?: {
		/** Event time of the message that was the first too many, epoch ms. */
		since: number;
		/** Alerts held. */
		held: number;
		byRule: Record<string, number>;
		/** The alert_ids of the first ones. */
		alerts: string[];
	};
}

export type Verdict = "send" | "hold";

export interface Admitted {
	storm: Storm;
	verdict: Verdict;
	/** A storm began with this message. */
	begins?: NonNullable<Storm["active"]>;
	/** One ended before it. */
	over?: NonNullable<Storm["active"]>;
}

export const calm: Storm = { recent: [] };
const LISTED = 100;

/**
 * Whether a message goes out. A storm is over when no more than half of what makes one came in the time before: a limit
 * alone would let it begin and end with each message.
 *
 * @param message its id, event time in epoch ms, rule, and the alert_ids in it
 */
export function admit(
	storm: Storm,
	message: { id: string; time: number; rule: string; alerts: string[] },
	{ moreThan, within }: StormLimits,
): Admitted {
	// A message that comes again after a fault was counted already.
	if (storm.recent.some(({ id }) => id === message.id)) return { storm, verdict: "send" };
	const before = inWindow(storm.recent, message.time, within);
	const recent = [...before, { id: message.id, time: message.time }].slice(-2 * moreThan);
	if (storm.active && before.length <= moreThan / 2) {
		return { storm: { recent }, verdict: "send", over: storm.active };
	}
	if (storm.active) return { storm: { recent, active: held(storm.active, message) }, verdict: "hold" };
	if (recent.length <= moreThan) return { storm: { recent }, verdict: "send" };
	const active = held({ since: message.time, held: 0, byRule: {}, alerts: [] }, message);
	return { storm: { recent, active }, verdict: "hold", begins: active };
}

/** The storm that is over at this event time without another message; undefined while it lasts or there is none. */
export function overAt(storm: Storm, time: number, { moreThan, within }: StormLimits): Storm["active"] {
	return inWindow(storm.recent, time, within).length <= moreThan / 2 ? storm.active : undefined;
}

function inWindow(recent: Storm["recent"], time: number, within: number): Storm["recent"] {
	const newest = Math.max(time, ...recent.map((each) => each.time));
	return recent.filter((each) => each.time > newest - within);
}

function held(
	active: NonNullable<Storm["active"]>,
	{ rule, alerts }: { rule: string; alerts: string[] },
): NonNullable<Storm["active"]> {
	return {
		...active,
		held: active.held + alerts.length,
		byRule: { ...active.byRule, [rule]: (active.byRule[rule] ?? 0) + alerts.length },
		alerts: [...active.alerts, ...alerts].slice(0, LISTED),
	};
}
