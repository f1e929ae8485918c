import { expect, test } from "vitest";
import type { AlertRow } from "../../../../local/page/messages.ts";
import { describeState, stateOf } from "../../../../local/page/web/alert-state.ts";

type Case = [AlertRow["state"], AlertRow["status"], string | null, string, string];

test.each<Case>([
	["firing", "waiting", null, "waiting", "It is told in a moment: it waits for others of its rule, or for SNS"],
	["firing", "sending", null, "sending", "It is being sent to SNS"],
	["firing", "sent", null, "sent", "It was told: SNS took the message"],
	["firing", "refused", "too long", "refused: too long", "SNS refused its message: too long"],
	["firing", "refused", null, "refused: unknown", "SNS refused its message: it did not say why"],
	["resolved", "waiting", null, "resolved: waiting", "It is over, and that is told in a moment: it waits for"],
	["resolved", "sending", null, "resolved: sending", "It is over, and that is being sent to SNS"],
	["resolved", "sent", null, "resolved", "It is over, and that was told: SNS took the message"],
	["firing", "suppressed", "hours", "suppressed: hours", "It was not told: its exchange is closed"],
	["firing", "suppressed", "mute", "suppressed: mute", "It was not told: a mute time of the rules covers it"],
	["firing", "suppressed", "silence", "suppressed: silence", "It was not told: somebody silenced"],
	["firing", "suppressed", "pipeline", "suppressed: pipeline", "It was not told: nothing at all comes out"],
	["firing", "suppressed", "max_age", "suppressed: max_age", "It was not told: it was too old to be news"],
	["firing", "suppressed", "cooldown", "suppressed: cooldown", "It was not told: the same rule told this symbol"],
	["firing", "suppressed", "other", "suppressed: other", "It was not told: other"],
	["firing", "suppressed", null, "suppressed: unknown", "It was not told: the reason is not known"],
	["firing", "suppressed", "storm", "held: storm", "It was not told: too many messages came"],
	["resolved", "suppressed", "storm", "resolved: held", "It is over, and that was not told: too many messages came"],
])("%s and %s for %s is %j", (state, status, reason, words, sentence) => {
	const row = { state, status, reason, changed: "2026-11-22T15:00:00.123Z" };
	expect(stateOf(row)).toBe(words);
	expect(describeState(row)).toContain(sentence);
	expect(describeState(row)).toMatch(/ \(2026-11-22 15:00:00Z\)$/);
});
