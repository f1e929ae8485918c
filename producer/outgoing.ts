import { Trade } from "../contracts.ts";
import { reasonOf } from "./errors.ts";
import type { Item } from "./feed.ts";

/** A trade dated further ahead than this is not believed, here or downstream. */
export const AHEAD_MS = 60_000;

/** A trade as it is sent, or why it is not: what the Trade contract or the clock on the wall (`now`) has against it. */
export function outgoingOf(trade: Trade, now: number = Date.now()): Item {
	const checked = Trade.safeParse(trade);
	if (!checked.success) {
		const issues = checked.error.issues.map(({ path, message }) => {
			const value = path.reduce<unknown>((at, name) => Object(at)[name], trade);
			return `${path.join(".") || "the trade"} ${show(value)}: ${message}`;
		});
		return { rejected: issues.join("; "), payload: textOf(trade) };
	}
	const time = Date.parse(trade.event_time);
	if (time > now + AHEAD_MS) {
		return { rejected: `event_time ${trade.event_time} lies in the future`, payload: textOf(trade) };
	}
	if (trade.source === "clock") {
		return { rejected: 'source "clock" is what clock records have, and no trade', payload: textOf(trade) };
	}
	if (trade.high !== undefined && trade.low !== undefined && trade.high < trade.low) {
		return { rejected: `high ${trade.high} is below low ${trade.low}`, payload: textOf(trade) };
	}
	return { key: trade.symbol, time, data: Buffer.from(JSON.stringify(trade)) };
}

function textOf(value: unknown): string {
	try {
		return JSON.stringify(value) ?? String(value);
	} catch (error) {
		return `${String(value)} (${reasonOf(error)})`;
	}
}

function show(value: unknown): string {
	const text = textOf(value);
	return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
