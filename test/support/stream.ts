import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { kinesisClient } from "../../producer/client.ts";

/** Puts records into an emulated stream in one request; text and bytes as they are, anything else as JSON. */
export async function put(endpoint: string, stream: string, values: unknown[], partitionKey = "AAPL"): Promise<void> {
	const kinesis = kinesisClient({ endpoint });
	const Records = values.map((value) => ({
		PartitionKey: partitionKey,
		Data: Buffer.isBuffer(value) ? value : Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
	}));
	const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records }));
	kinesis.destroy();
	if (FailedRecordCount)
		throw new Error(`${FailedRecordCount} of ${values.length} records were not taken by ${stream}.`);
}
