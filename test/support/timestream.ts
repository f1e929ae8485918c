import type { _Record as TimestreamRecord, WriteRecordsCommandInput } from "@aws-sdk/client-timestream-write";
import { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { onTestFinished } from "vitest";
import { emulated } from "../../infra/emulated.ts";
import { answering } from "./http.ts";

type Rejected = { RecordIndex: number; Reason: string; ExistingVersion?: number };
type Problem = { status: number; type: string; message: string };

/**
 * A server that answers WriteRecords in the words that Timestream was recorded with, and by the rules of its documentation:
 * the highest version of a record stays, a lower one is rejected with the version that is there, and a time before the
 * memory store is rejected where late bars are not taken.
 */
export async function timestreamServer() {
	const rows = new Map<string, TimestreamRecord>();
	const calls: WriteRecordsCommandInput[] = [];
	const server = {
		rows,
		calls,
		client: undefined as unknown as TimestreamWriteClient,
		/** Epoch ms before which the table takes nothing. */
		begins: 0,
		/** What a whole call is answered with, by its number from 1 on. */
		problem: (_call: number, _input: WriteRecordsCommandInput): Problem | undefined => undefined,
		/** Why a record is rejected, whatever its version. */
		rejects: (_record: TimestreamRecord): string | undefined => undefined,
	};

	const put = (record: TimestreamRecord, RecordIndex: number): Rejected[] => {
		const reason = server.rejects(record);
		if (reason) return [{ RecordIndex, Reason: reason }];
		if (Number(record.Time) < server.begins) {
			const [from, to] = [server.begins, Date.parse("2013-10-09T00:00:00Z")].map((ms) => new Date(ms).toISOString());
			return [
				{ RecordIndex, Reason: `The record timestamp is outside the time range [${from}, ${to}) of the memory store.` },
			];
		}
		const dimensions = (record.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).sort();
		const key = JSON.stringify([dimensions, record.MeasureName, record.Time]);
		const { Version: ExistingVersion = 1, MeasureValues } = rows.get(key) ?? { Version: 0 };
		const version = record.Version ?? 1;
		const same = JSON.stringify(MeasureValues) === JSON.stringify(record.MeasureValues);
		if (version < ExistingVersion || (version === ExistingVersion && !same)) {
			const Reason = `The record version ${version} is lower than the existing version ${ExistingVersion}. A higher version is required to update the measure value.`;
			return [{ RecordIndex, Reason, ExistingVersion }];
		}
		rows.set(key, record);
		return [];
	};

	const url = await answering((request, response, body) => {
		const answer = (status: number, value: object) =>
			response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(value));
		if (request.headers["x-amz-target"] !== "Timestream_20181101.WriteRecords") return answer(404, {});
		const input = JSON.parse(body) as WriteRecordsCommandInput;
		calls.push(input);
		const problem = server.problem(calls.length, input);
		const namespace = "com.amazonaws.timestream.v20181101";
		if (problem) return answer(problem.status, { __type: `${namespace}#${problem.type}`, message: problem.message });
		const { CommonAttributes = {}, Records = [] } = input;
		const whole = Records.map((record) => ({
			...CommonAttributes,
			...record,
			Dimensions: [...(CommonAttributes.Dimensions ?? []), ...(record.Dimensions ?? [])],
		}));
		const RejectedRecords = whole.flatMap(put);
		if (RejectedRecords.length === 0) {
			const Total = Records.length;
			return answer(200, { RecordsIngested: { Total, MemoryStore: Total, MagneticStore: 0 } });
		}
		return answer(419, {
			__type: `${namespace}#RejectedRecordsException`,
			Message: "One or more records have been rejected. See RejectedRecords for details.",
			RejectedRecords,
		});
	});
	server.client = new TimestreamWriteClient({ ...emulated(url), maxAttempts: 1 });
	onTestFinished(() => server.client.destroy());
	return server;
}
