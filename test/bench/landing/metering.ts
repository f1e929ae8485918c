import type {
	MeasureValue,
	_Record as TimestreamRecord,
	WriteRecordsCommandInput,
} from "@aws-sdk/client-timestream-write";

/** What a write is billed in. */
const unit = 1_024;

/**
 * How many writes Timestream for LiveAnalytics bills for a call: its bytes in units of 1 KiB, rounded up. What the records
 * share in the common attributes counts once. Versions and types are not named among what counts.
 * Source: https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
 */
export function billedWrites({ CommonAttributes = {}, Records = [] }: Partial<WriteRecordsCommandInput>): number {
	if (Records.length === 0) return 0;
	const bytes = [CommonAttributes, ...Records].reduce((sum, record) => sum + sizeOf(record), 0);
	return Math.ceil(bytes / unit);
}

/** The bytes that are counted of a record, or of the common attributes. */
export function sizeOf(record: TimestreamRecord): number {
	const { Time, Dimensions = [], MeasureName, MeasureValue, MeasureValueType, MeasureValues = [] } = record;
	const single = MeasureValue === undefined ? 0 : valueSize(MeasureValue, MeasureValueType);
	return (
		(Time === undefined ? 0 : 8) +
		sum(Dimensions, ({ Name = "", Value = "" }) => text(Name) + text(Value)) +
		text(MeasureName ?? "") +
		single +
		sum(MeasureValues, ({ Name = "", Value = "", Type }) => text(Name) + valueSize(Value, Type))
	);
}

function valueSize(value: string, type: MeasureValue["Type"]): number {
	if (type === "BOOLEAN") return 1;
	return type === "VARCHAR" ? text(value) : 8;
}

function text(value: string): number {
	return Buffer.byteLength(value);
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
	return values.reduce((total, value) => total + of(value), 0);
}
