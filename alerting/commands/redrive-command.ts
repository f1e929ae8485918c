import { Command, InvalidArgumentError, Option } from "commander";
import { changesSince } from "../../local/alert-changes.ts";
import { addPlaceOptions, type WhereOptions } from "../../local/place-options.ts";
import { textOf } from "../deliver/keys.ts";
import { type Place, type QueueName, withPlace } from "./place.ts";
import { type Redriven, redrive } from "./redrive.ts";

const NOTES = `
Deploy the fix first: a record that is still broken comes back as a new dead letter.

Each letter's record is put back into its stream, and the letter is deleted once Kinesis has it. Where Lambda gave a batch up,
or a record was too large for a letter, it is read from the stream again, as long as the stream keeps it. Whoever else reads
the stream gets the records again too, and knows them by their keys. A record that is older than what came since is told on
its own, with a note that it came late. Messages that SNS refused are sent again within a minute.

What cannot be brought back stays in the queue, for up to 14 days, and the command says why and ends with 1.`;

export interface RedriveCommandOptions extends WhereOptions {
	dryRun?: boolean;
	max?: number;
	queue: QueueName;
}

/** `tidemark alerts redrive`: the dead letters' records once more, after a fix. */
export function redriveCommand(): Command {
	const command = new Command("redrive")
		.description("bring the records of dead letters back into their streams, after a fix was deployed")
		.option("--dry-run", "only say what would be brought back")
		.option("--max <n>", "take so many letters at most", parseCount)
		.addOption(new Option("--queue <name>", "whose dead letters").choices(["alerting", "landing"]).default("alerting"));
	return addPlaceOptions(command)
		.addHelpText("after", NOTES)
		.action(async (options: RedriveCommandOptions) => {
			const { text, left } = await redriveLetters(options);
			process.stdout.write(`${text}\n`);
			if (left > 0 && !options.dryRun) process.exitCode = 1;
		});
}

/** What the command prints, and how many letters cannot be brought back. */
export async function redriveLetters(
	{ dryRun, max, queue, ...where }: RedriveCommandOptions,
	now = Date.now(),
): Promise<{ text: string; left: number }> {
	return withPlace(where, async (place) => {
		const redriven = await redrive(place, { queueUrl: await place.deadLetters(queue), max, dryRun });
		const refused = queue === "alerting" ? await sendAgain(place, now, dryRun === true) : 0;
		return { text: inWords(redriven, refused, dryRun === true), left: redriven.left.length };
	});
}

/** As long as SQS keeps a letter. */
const KEPT_MS = 14 * 86_400_000;

/** Has the schedule send what SNS refused: their records are known, and would not be told again. Gives how many there are. */
async function sendAgain({ table }: Place, now: number, dryRun: boolean): Promise<number> {
	const items = await changesSince(table, now - KEPT_MS, now);
	const refused = items.filter(({ status }) => status === "refused");
	if (!dryRun) for (const item of refused) await table.sendAgain(textOf(item));
	return refused.length;
}

function inWords({ letters, records, groupEnds, left }: Redriven, refused: number, dryRun: boolean): string {
	const lines: string[] = [];
	const did = (past: string, would: string) => (dryRun ? `Would ${would}` : past);
	const streams = [...records].filter(([, count]) => count > 0);
	if (streams.length > 0) {
		const sum = many(
			streams.reduce((total, [, count]) => total + count, 0),
			"record",
		);
		const each = streams.map(([stream, count]) => `${stream} ${count}`).join(", ");
		lines.push(`${did("Brought back", "bring back")} ${sum} (${each}); ${many(letters, "dead letter")} done with`);
	}
	if (groupEnds > 0) {
		const what = many(groupEnds, "note");
		lines.push(`${did("Deleted", "delete")} ${what} that a group was complete: the schedule sends what still waits`);
	}
	if (refused > 0) {
		const what = many(refused, "alert");
		lines.push(`${did("Had", "have")} ${what} sent again that SNS refused: the schedule does so within a minute`);
	}
	if (left.length > 0) lines.push(`${many(left.length, "dead letter")} left in the queue:`);
	// What is in a queue can be anything.
	for (const { about, why } of left) lines.push(`  ${about} ${why}`.replace(/\p{C}+/gu, " "));
	return lines.length === 0 ? "There are no dead letters" : lines.join("\n");
}

function many(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function parseCount(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("Give a whole number, at least 1.");
	return value;
}
