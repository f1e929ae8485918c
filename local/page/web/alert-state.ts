/** What became of an alert, in words. */
import type { AlertRow } from "../messages.ts";

const WHY: Record<string, string> = {
	hours: "its exchange is closed, by the rule's hours",
	mute: "a mute time of the rules covers it",
	silence: "somebody silenced its symbol or rule",
	pipeline: "nothing at all comes out of the pipeline, so that one symbol's silence says nothing",
	max_age: "it was too old to be news when it was seen",
	cooldown: "the same rule told this symbol a short time before",
	storm: "too many messages came: it is in the storm's summary",
};

type Became = Pick<AlertRow, "state" | "status" | "reason">;

/** In a few words, of which the first one tells the states apart: `sent`, `suppressed: cooldown`, `held: storm`. */
export function stateOf({ state, status, reason }: Became): string {
	if (state === "resolved" && status === "suppressed") return "resolved: held";
	if (status === "suppressed") return reason === "storm" ? "held: storm" : `suppressed: ${reason ?? "unknown"}`;
	if (status === "refused") return `refused: ${reason ?? "unknown"}`;
	if (state === "resolved") return status === "sent" ? "resolved" : `resolved: ${status}`;
	return status;
}

/** In a sentence, with when it came to that. */
export function describeState(row: Became & Pick<AlertRow, "changed">): string {
	return `${sentenceOf(row)} (${row.changed.slice(0, 19).replace("T", " ")}Z)`;
}

function sentenceOf({ state, status, reason }: Became): string {
	const what = state === "resolved" ? "It is over, and that" : "It";
	switch (status) {
		case "waiting":
			return `${what} is told in a moment: it waits for others of its rule, or for SNS`;
		case "sending":
			return `${what} is being sent to SNS`;
		case "sent":
			return `${what} was told: SNS took the message`;
		case "refused":
			return `SNS refused its message: ${reason ?? "it did not say why"}`;
		case "suppressed":
			return `${what} was not told: ${WHY[reason ?? ""] ?? reason ?? "the reason is not known"}`;
	}
}
