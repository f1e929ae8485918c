import type { Trade } from "../../contracts.ts";

/**
 * Ways in which a record is no trade; each is malformed as DESIGN.md has it: not one JSON object, or a required field is
 * missing or not readable as its type. None is merely invalid, as a price below 0 is.
 */
export const MALFORMATIONS: Readonly<Record<string, (trade: Trade) => string>> = {
	"cut off": (trade) => {
		const text = JSON.stringify(trade);
		return text.slice(0, Math.floor(text.length / 2));
	},
	"single quotes": (trade) => JSON.stringify(trade).replaceAll('"', "'"),
	"two objects": (trade) => JSON.stringify(trade) + JSON.stringify(trade),
	"no object": (trade) => JSON.stringify([trade]),
	"a line of CSV": ({ symbol, event_time, price, size }) => [symbol, event_time, price, size].join(","),
	"no trade_id": ({ trade_id: _, ...rest }) => JSON.stringify(rest),
	"no price": ({ price: _, ...rest }) => JSON.stringify(rest),
	"null for the size": (trade) => JSON.stringify({ ...trade, size: null }),
	"no event_time": ({ event_time: _, ...rest }) => JSON.stringify(rest),
	"price in words": (trade) => JSON.stringify({ ...trade, price: `${trade.price} ${trade.currency}` }),
	"half a share": (trade) => JSON.stringify({ ...trade, size: 0.5 }),
	"symbol in an object": (trade) => JSON.stringify({ ...trade, symbol: { name: trade.symbol } }),
	"no such month": (trade) => JSON.stringify({ ...trade, event_time: trade.event_time.replace(/-\d\d-/, "-13-") }),
	"seconds since 1970": (trade) => JSON.stringify({ ...trade, event_time: Date.parse(trade.event_time) / 1000 }),
};
