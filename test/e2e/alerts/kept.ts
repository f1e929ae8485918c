import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { emulated } from "../../../infra/emulated.ts";

/** What the deployed alerting has on its books. */
export interface Kept {
	/** The alerts' ids by what became of them: `sent`, `waiting`, …, and `suppressed` with the reason behind it. */
	alerts: Record<string, string[]>;
	/** The series that still have something to send. */
	unsent: string[];
}

/** Reads the emulated table of alerts. */
export async function kept(endpoint: string, TableName: string): Promise<Kept> {
	const client = new DynamoDBClient(emulated(endpoint));
	const result: Kept = { alerts: {}, unsent: [] };
	try {
		const documents = DynamoDBDocumentClient.from(client);
		for await (const { Items = [] } of paginateScan({ client: documents }, { TableName, ConsistentRead: true })) {
			for (const { pk, sk, status, reason, alert, outbox } of Items) {
				if (String(pk).startsWith("series#") && JSON.parse(outbox).length > 0) result.unsent.push(`${pk} ${sk}`);
				if (!String(pk).startsWith("alert#")) continue;
				const became = status === "suppressed" ? `suppressed: ${reason}` : String(status);
				result.alerts[became] ??= [];
				result.alerts[became].push(JSON.parse(alert).alert_id);
			}
		}
		for (const ids of Object.values(result.alerts)) ids.sort();
	} finally {
		client.destroy();
	}
	return result;
}
