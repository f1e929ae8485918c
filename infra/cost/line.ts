import type { PriceName, Prices } from "./prices.ts";

/** One item of a month's bill. */
export type Line = {
	service: string;
	what: string;
	/** How many `unit`s in a month. */
	quantity: number;
	unit: string;
	/** US dollars for one unit. */
	price: number;
	/** US dollars for the month: quantity × price. */
	monthly: number;
	/** The price that was taken; its source is in infra/cost/prices.ts. */
	priceName: PriceName;
};

/** The item for so many units of a price. */
export function line(prices: Prices, priceName: PriceName, what: string, quantity: number): Line {
	const { service, unit, usd } = prices[priceName];
	return { service, what, quantity, unit, price: usd, monthly: quantity * usd, priceName };
}

/** US dollars a month of some items together. */
export function totalOf(lines: readonly Line[]): number {
	return lines.reduce((sum, { monthly }) => sum + monthly, 0);
}

/** US dollars a month by service, in the order in which the services come. */
export function byService(lines: readonly Line[]): Map<string, number> {
	return new Map([...Map.groupBy(lines, ({ service }) => service)].map(([name, some]) => [name, totalOf(some)]));
}
