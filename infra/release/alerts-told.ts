import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { AlertTable, type Status } from "../../alerting/deliver/table.ts";
import { changesSince } from "../../local/alert-changes.ts";
import { type Config, stackName } from "../config.ts";
import { describe } from "../deploy.ts";
import { whereAllowed } from "./allowed.ts";

/** How many alerts something became of, by what: `sent`, `suppressed`, `refused`, or not yet (`waiting`, `sending`). */
export type AlertsTold = Record<Status, number>;

/**
 * What became of alerts from an instant to another, by the alerting functions' own table; null where there is no such table, or
 * where it may not be read.
 */
export function alertsTold(
	{ stacks, documents, config }: { stacks: CloudFormationClient; documents: DynamoDBDocumentClient; config: Config },
	since: Date,
	until: Date,
): Promise<AlertsTold | null> {
	return whereAllowed(async () => {
		const stack = await describe(stacks, stackName(config, "Alerting"));
		const name = stack?.Outputs?.find(({ OutputKey }) => OutputKey === "AlertsTable")?.OutputValue;
		if (name === undefined) return null;
		const told: AlertsTold = { sent: 0, suppressed: 0, refused: 0, waiting: 0, sending: 0 };
		const table = new AlertTable(documents, name, config.alertMemoryDays);
		for (const { status } of await changesSince(table, since.getTime(), until.getTime())) told[status]++;
		return told;
	});
}

/** In words: `3 sent, 1 suppressed`. */
export function sayTold(told: AlertsTold): string {
	const { sent, suppressed, refused, waiting, sending } = told;
	const parts = { sent, suppressed, refused, "on their way": waiting + sending };
	return Object.entries(parts)
		.filter(([name, count]) => name === "sent" || count > 0)
		.map(([name, count]) => `${count.toLocaleString("en")} ${name}`)
		.join(", ");
}
