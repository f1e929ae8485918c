import type { Arrivals } from "./arrivals.ts";
import { highestOf, type Life, secondHalf, slopeOf } from "./checks.ts";
import type { Living } from "./life.ts";

export interface Soaked {
	readonly arrivals: Arrivals;
	readonly lives: readonly Life[];
	readonly livings: readonly Pick<Living, "samples">[];
	/** For how many seconds the emulator did not answer. */
	readonly goneFor: number;
	readonly refused: { readonly records: number; readonly requests: number };
	readonly broken: number;
}

/** What happened, as text for people. */
export function summaryOf({ arrivals, lives, livings, goneFor, refused, broken }: Soaked): string {
	const rows: [string, string | number][] = [
		["trades arrived, different ones", arrivals.distinct],
		["copies of them", arrivals.copies],
		["clocks", arrivals.clocks],
		["furthest behind in its shard, ms", arrivals.worstBehindMs],
		["emulator gone, s", goneFor.toFixed(1)],
		["requests that broke", broken],
		["requests throttled", refused.requests],
		["Kinesis records throttled", refused.records],
	];
	for (const [at, { result }] of lives.entries()) {
		const { read, recovered, sent, spooled, rejected, failed, retried, kinesisRecords } = result;
		const samples = livings[at]?.samples ?? [];
		rows.push([`process ${at + 1}: read = sent + spooled + rejected`, `${read} = ${sent} + ${spooled} + ${rejected}`]);
		rows.push([`process ${at + 1}: recovered, sent again, failed`, `${recovered}, ${retried}, ${failed}`]);
		rows.push([`process ${at + 1}: trades in a Kinesis record`, (sent / kinesisRecords).toFixed(1)]);
		rows.push([`process ${at + 1}: memory, MB: highest`, highestOf(samples).toFixed(0)]);
		rows.push([`process ${at + 1}: memory, MB: over time`, curveOf(samples.map(({ megabytes }) => megabytes))]);
		rows.push([`process ${at + 1}: memory, MB a minute in its second half`, slopeOf(secondHalf(samples)).toFixed(1)]);
	}
	for (const example of arrivals.examples) rows.push(["for example", example]);
	const width = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, value]) => `${name.padEnd(width)}  ${value.toLocaleString("en-US")}`).join("\n");
}

/** Some of the values, evenly spread, the last among them. */
function curveOf(values: readonly number[], points = 12): string {
	const step = Math.max(1, values.length / points);
	const shown: string[] = [];
	for (let at = values.length - 1; at >= 0; at -= step) shown.unshift((values[Math.round(at)] ?? 0).toFixed(0));
	return shown.join(" ");
}
