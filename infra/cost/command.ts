import { Command, InvalidArgumentError } from "commander";
import { parseNumber } from "../../producer/options.ts";
import { type Store, storesOf } from "../config.ts";
import { configOption, environmentOption, type SettingsOptions, settingsOf } from "../settings.ts";
import { adviceFor } from "./advice.ts";
import { costOf } from "./cost.ts";
import type { Demand } from "./load.ts";
import { perRecordCost } from "./per_record.ts";
import { PRICES, READ, REGION } from "./prices.ts";
import { RATES, reportOf } from "./report.ts";
import { MONTH_HOURS } from "./sizes.ts";

const STORES: readonly Store[] = ["influxdb", "dynamodb", "live-analytics"];

type Options = SettingsOptions & {
	tradesPerSecond: number;
	symbols: number;
	hoursPerDay: number;
	daysPerMonth: number;
	stores?: Store[];
	items?: boolean;
	json?: boolean;
};

const examples = `
Examples:
  $ npx tidemark cost --trades-per-second 1000 --symbols 100
  $ npx tidemark cost --trades-per-second 5000 --hours-per-day 6.5 --days-per-month 21
  $ npx tidemark cost --env prod --trades-per-second 200
  $ npx tidemark cost --config '{"shards":4,"checkpointMs":300000}' --stores none --items`;

/** `tidemark cost`: a month's bill on AWS for a load, computed from the configuration and a table of prices. */
export function costCommand(): Command {
	return new Command("cost")
		.description("estimate a month's bill on AWS for a load: by service, the capacity it needs, what would be cheaper")
		.option("--trades-per-second <n>", "trades in each second of trading, all symbols together", rate, 1_000)
		.option("--symbols <n>", "symbols that trade", wholeNumber, 100)
		.option("--hours-per-day <n>", "hours of a trading day; streams and Flink run all the time", upTo(24), 24)
		.option("--days-per-month <n>", "trading days of a month", upTo(31), MONTH_HOURS / 24)
		.option(
			"--stores <list>",
			`where bars land: ${STORES.join(", ")}, or none; the configured ones, else influxdb`,
			stores,
		)
		.addOption(environmentOption())
		.addOption(configOption())
		.option("--items", "each item of the bill, with its quantity and price")
		.option("--json", "print one JSON object")
		.addHelpText("after", examples)
		.action((options: Options) => {
			const demand = demandOf(options);
			const text = options.json
				? JSON.stringify(jsonOf(demand), undefined, 2)
				: reportOf(demand, options.items ? { items: true } : {});
			process.stdout.write(`${text}\n`);
		});
}

/** What the options ask for. Throws {@link UserError} where the configuration is wrong. */
function demandOf({ stores: chosen, ...options }: Options): Demand {
	const { config } = settingsOf(options);
	const { tradesPerSecond, symbols, hoursPerDay, daysPerMonth } = options;
	const configured = storesOf(config);
	return {
		tradesPerSecond,
		symbols,
		hoursPerDay,
		daysPerMonth,
		config,
		stores: chosen ?? (configured.length > 0 ? configured : ["influxdb"]),
	};
}

/** What `--json` prints: money in US dollars a month. */
function jsonOf(demand: Demand) {
	const { lines, monthly, load, capacity } = costOf(demand);
	const { tradesPerSecond, symbols, stores } = demand;
	return {
		region: REGION,
		pricesOf: READ,
		demand: { tradesPerSecond, symbols, hours: load.hours, stores },
		monthly,
		lines: lines.map(({ priceName, ...line }) => ({
			...line,
			source: { page: PRICES[priceName].page, seen: PRICES[priceName].seen },
		})),
		capacity,
		rates: RATES.map((rate) => {
			const each = { ...demand, tradesPerSecond: rate };
			const { monthly, capacity } = costOf(each);
			return { tradesPerSecond: rate, monthly, capacity, perRecordMonthly: perRecordCost(each) };
		}),
		perRecordMonthly: perRecordCost(demand),
		cheaper: adviceFor(demand),
	};
}

function rate(text: string): number {
	const value = parseNumber(text);
	if (value > 10_000_000) throw new InvalidArgumentError("Give trades in a second, 10,000,000 at most.");
	return value;
}

function wholeNumber(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("Give a whole number, at least 1.");
	return value;
}

function upTo(most: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (text.trim() !== "" && value > 0 && value <= most) return value;
		throw new InvalidArgumentError(`Give a number above 0, ${most} at most.`);
	};
}

function stores(text: string): Store[] {
	if (text === "none") return [];
	const names = text.split(",").map((name) => name.trim());
	const unknown = names.filter((name) => !(STORES as readonly string[]).includes(name));
	if (unknown.length > 0) {
		throw new InvalidArgumentError(
			`There is no store ${unknown.join(", ")}. Give some of ${STORES.join(", ")}, or none.`,
		);
	}
	return [...new Set(names)] as Store[];
}
