/** What is said of a storm, as alerts of their own. */
import { formatDuration } from "../duration.ts";
import type { Alert } from "../engine/types.ts";
import { printable } from "../rules/template.ts";
import { admit, type Storm, type StormLimits, type Verdict } from "./storm.ts";

const LONGEST_ID = 400;

type Active = NonNullable<Storm["active"]>;

/** What becomes of messages that come at once. */
export interface AllAdmitted {
	storm: Storm;
	/** Of each message, and what is to be said before it of a storm that begins or is over with it. */
	messages: { verdict: Verdict; said: Alert[] }[];
	/** Keys of the alerts in the messages that are held. */
	held: string[];
}

/** Admits messages of one rule, one after the other. */
export function admitAll(
	before: Storm,
	messages: readonly (readonly { key: string; alert: Alert }[])[],
	limits: StormLimits,
): AllAdmitted {
	const all: AllAdmitted = { storm: before, messages: [], held: [] };
	for (const alerts of messages) {
		const time = Math.max(...alerts.map(({ alert }) => Date.parse(alert.event_time)));
		const [{ key: id, alert }] = alerts as [(typeof alerts)[number]];
		const message = { id, time, rule: alert.rule, alerts: alerts.map(({ alert }) => alert.alert_id) };
		const { storm, verdict, begins, over } = admit(all.storm, message, limits);
		all.storm = storm;
		const said = [...(begins ? [beginsAlert(begins, limits)] : []), ...(over ? [overAlert(over, time)] : [])];
		all.messages.push({ verdict, said });
		if (verdict === "hold") all.held.push(...alerts.map(({ key }) => key));
	}
	return all;
}

/** What is said when a storm begins. */
export function beginsAlert(active: Active, { moreThan, within }: { moreThan: number; within: number }): Alert {
	const lasting = formatDuration(within);
	return {
		...stormFacts(active, active.since),
		state: "firing",
		subject: `Storm: more than ${moreThan} messages in ${lasting}; further alerts are held back`,
		text: `More than ${moreThan} messages came within ${lasting}. Further alerts are held back and summed up in one message when it is over.\nThe live page and \`tidemark alerts list\` show them as they come.`,
	};
}

/** What is said when one is over, at this event time, epoch ms. */
export function overAlert(active: Active, time: number): Alert {
	const rules = Object.entries(active.byRule).map(([rule, count]) => `${rule} ${count}`);
	const left = active.held - active.alerts.length;
	return {
		...stormFacts(active, time),
		state: "resolved",
		subject: `Storm over: ${active.held} alerts were held back (${rules.join(", ")})`.slice(0, 99),
		text: [
			`The storm that began at ${new Date(active.since).toISOString()} is over. ${active.held} alerts were held back: ${rules.join(", ")}.`,
			"",
			...active.alerts.map((id) => printable(id, LONGEST_ID)),
			...(left > 0 ? [`and ${left} more`] : []),
		].join("\n"),
	};
}

function stormFacts(active: Active, time: number) {
	const since = new Date(active.since).toISOString();
	return {
		alert_id: `storm|*|storm|${since}`,
		rule: "storm",
		symbol: "*",
		series: "storm",
		severity: "critical",
		direction: null,
		since,
		event_time: new Date(time).toISOString(),
		price: null,
		move_pct: null,
		link: null,
		record: { held: active.held, alerts: active.alerts.join("\n") },
	} as const;
}
