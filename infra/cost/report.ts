import type { Config } from "../config.ts";
import { adviceFor } from "./advice.ts";
import type { Capacity } from "./capacity.ts";
import { type Cost, costOf } from "./cost.ts";
import { byService, type Line, totalOf } from "./line.ts";
import { type Demand, storesOf } from "./load.ts";
import { perRecordCost } from "./per_record.ts";
import { PRICES, type Prices, READ, REGION } from "./prices.ts";

/** The rates of the table. */
export const RATES = [10, 100, 1_000, 10_000, 100_000] as const;

/** US dollars: with cents below 100, without above. */
export function dollars(usd: number): string {
	const digits = Math.abs(usd) < 100 ? 2 : 0;
	return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** The whole report as text. `items` has each item of the bill in place of the services. */
export function reportOf(demand: Demand, { items = false, prices = PRICES as Prices } = {}): string {
	const cost = costOf({ ...demand, prices });
	return [
		headOf(demand, cost),
		items ? itemsOf(cost) : servicesOf(cost),
		capacityText(cost.capacity),
		rates(demand, prices),
		comparison(demand, cost, prices),
		cheaper(demand, prices),
		[sources(cost.lines, prices), ...notCounted(demand.config)].join("\n"),
	].join("\n\n");
}

function headOf(demand: Demand, { load }: Cost): string {
	const stores = storesOf(demand).join(", ") || "none but the lake";
	return `${whole(demand.tradesPerSecond)} trades/s, ${whole(demand.symbols)} symbols, ${whole(load.hours)} of 730 hours; stores: ${stores}\n${REGION}, list prices of ${READ}, US dollars a month, no free tiers`;
}

function servicesOf({ lines, monthly }: Cost): string {
	const rows = [...byService(lines)].map(([service, usd]) => [
		service,
		dollars(usd),
		monthly === 0 ? "" : `${Math.round((usd / monthly) * 100)} %`,
		most(lines.filter((line) => line.service === service)).what,
	]);
	return columns([["service", "a month", "", "most of it"], ...rows, ["total", dollars(monthly), "", ""]], "lrrl");
}

function itemsOf({ lines, monthly }: Cost): string {
	const rows = lines.map(({ service, what, quantity, unit, price, monthly: usd }) => [
		service,
		what,
		quantity.toLocaleString("en-US", { maximumSignificantDigits: 4 }),
		unit,
		String(price),
		dollars(usd),
	]);
	const head = ["service", "what", "quantity", "unit", "each", "a month"];
	return columns([head, ...rows, ["total", "", "", "", "", dollars(monthly)]], "llrlrr");
}

/** What has to be there, in two lines. */
export function capacityText(capacity: Capacity): string {
	const { mode, shards, shardsNeeded, aggregated, kpus, parallelism, concurrency } = capacity;
	const { trades, bars, ticks, hits } = shards;
	const idle = kpus > trades ? `; more subtasks than shards: set shards to ${shardsNeeded}` : "";
	return [
		`shards (${mode}): trades ${trades} (needs ${shardsNeeded}), bars ${bars}, ticks ${ticks}, hits ${hits}; trades ${aggregated ? "aggregated" : "one a record"}`,
		`Flink: parallelism ${parallelism}, ${kpus} KPU and 1 for orchestration${idle}; Lambda: ${concurrency} calls at a time at most, and 1 of the clock`,
	].join("\n");
}

function rates(demand: Demand, prices: Prices): string {
	const rows = RATES.map((tradesPerSecond) => {
		const each = { ...demand, tradesPerSecond };
		const { monthly, load, capacity } = costOf({ ...each, prices });
		return [
			whole(tradesPerSecond),
			dollars(monthly),
			load.trades === 0 ? "" : dollars((monthly / load.trades) * 1_000_000),
			String(capacity.shardsNeeded),
			String(capacity.kpus + 1),
			String(capacity.concurrency),
			dollars(perRecordCost(each, prices)),
		];
	});
	const head = ["trades/s", "a month", "a million trades", "shards", "KPUs", "Lambda", "a call for each trade"];
	return columns([head, ...rows], "rrrrrrr");
}

function comparison(demand: Demand, { monthly }: Cost, prices: Prices): string {
	const other = perRecordCost(demand, prices);
	const times = monthly === 0 ? "" : `, ${(other / monthly).toFixed(1)} times as much`;
	return `A function called for each trade, bars in DynamoDB, no lake: ${dollars(other)} a month${times}.`;
}

function cheaper(demand: Demand, prices: Prices): string {
	const advice = adviceFor(demand, prices);
	if (advice.length === 0) return "Cheaper: nothing found.";
	return [
		"Cheaper (each by itself):",
		...columns(
			advice.map(({ saves, text }) => [dollars(saves), text]),
			"rl",
		)
			.split("\n")
			.map((row) => `  ${row}`),
	].join("\n");
}

/** How sure the prices are. */
function sources(lines: readonly Line[], prices: Prices): string {
	const used = [...new Set(lines.map(({ priceName }) => priceName))];
	const count = (seen: string) => used.filter((name) => prices[name].seen === seen).length;
	const doubtful = lines.filter(({ priceName }) => prices[priceName].seen === "unconfirmed");
	const names = [...new Set(doubtful.map(({ service, unit }) => `${service} (${unit})`))].join(", ");
	const told = `Prices: ${count("aws")} from AWS' own texts, ${count("quoted")} as others quote AWS, ${count("unconfirmed")} unconfirmed`;
	return doubtful.length === 0
		? `${told}; sources: docs/cost.md`
		: `${told} (${dollars(totalOf(doubtful))} of the total); sources: docs/cost.md\nUnconfirmed: ${names}`;
}

/** Settings that cost something which is not on the bill. */
function notCounted({ producer, influxdb }: Config): string[] {
	const settings = [
		...(producer === "none" ? [] : [`producer ${producer}`]),
		...(influxdb.instanceType === "db.influx.medium"
			? []
			: [`what ${influxdb.instanceType} costs above db.influx.medium`]),
	];
	return settings.length === 0 ? [] : [`Not counted, though it is set: ${settings.join(", ")}`];
}

function most(lines: readonly Line[]): Line {
	return lines.reduce((top, line) => (line.monthly > top.monthly ? line : top));
}

function whole(value: number): string {
	return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** Rows as columns of text, each to the left (`l`) or to the right (`r`). */
function columns(rows: readonly (readonly string[])[], sides: string): string {
	const widths = [...sides].map((_, at) => Math.max(...rows.map((cells) => (cells[at] ?? "").length)));
	return rows
		.map((cells) =>
			[...sides]
				.map((side, at) => {
					const [cell, width] = [cells[at] ?? "", widths[at] ?? 0];
					return side === "l" ? cell.padEnd(width) : cell.padStart(width);
				})
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}
