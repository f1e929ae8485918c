/** What was noted in five places about each crossing, as the moments of one alert. Pure. */
import type { Hit, Trade } from "../../../contracts.ts";
import type { Crossing } from "./feed.ts";
import type { Call, Told } from "./seen.ts";
import type { Moments } from "./stages.ts";

export interface Noted {
	/** With when each was in its stream, epoch ms. */
	readonly trades: readonly { value: Trade; at: number }[];
	readonly hits: readonly { value: Hit; at: number }[];
	/** Of the function that reads hits. */
	readonly calls: readonly Call[];
	/** When each alert's Publish came to SNS, by alert_id. */
	readonly published: ReadonlyMap<string, number>;
	/** What came out of the queue. */
	readonly told: readonly Told[];
}

/** The rule that tells crossings. */
const RULE = "move";

/**
 * The moments of each crossing's alert.
 *
 * @throws where a crossing was not told, or told twice, or where it is not known when it was where
 */
export function joined(crossings: readonly Crossing[], { trades, hits, calls, published, told }: Noted): Moments[] {
	const alerts = Map.groupBy(
		told.filter(({ rule }) => rule === RULE),
		keyOf,
	);
	const tradeAt = new Map(trades.map(({ value, at }) => [keyOf(value), at]));
	const hitOf = new Map(hits.filter(({ value }) => value.state === "crossed").map((hit) => [keyOf(hit.value), hit]));
	const wrong = crossings.filter((crossing) => alerts.get(keyOf(crossing))?.length !== 1);
	if (wrong.length > 0) {
		const such = wrong.slice(0, 3).map((crossing) => {
			const times = alerts.get(keyOf(crossing))?.length ?? 0;
			return `${keyOf(crossing)} ${times} times, ${hitOf.has(keyOf(crossing)) ? "with" : "without"} a hit`;
		});
		throw new Error(
			`${wrong.length} of ${crossings.length} crossings were not told exactly once: ${such.join("; ")}. On a machine that is busy with other things they may have come after the end: give --settle more seconds.`,
		);
	}
	return crossings.map((crossing) => {
		const [alert] = alerts.get(keyOf(crossing)) as [Told];
		const hit = hitOf.get(keyOf(crossing));
		const at = published.get(alert.alert_id) ?? Number.NaN;
		const moments = {
			put: crossing.put,
			arrived: tradeAt.get(keyOf(crossing)) ?? Number.NaN,
			emitted: Date.parse(hit?.value.emitted_at ?? ""),
			hit: hit?.at ?? Number.NaN,
			// A log has whole milliseconds.
			called: calls.find(({ began, ended }) => began <= at + 1 && ended >= at - 1)?.began ?? Number.NaN,
			published: at,
			queued: alert.queued,
			received: alert.received,
		};
		const unknown = Object.entries(moments).filter(([, time]) => Number.isNaN(time));
		if (unknown.length > 0) {
			throw new Error(
				`Of the alert ${alert.alert_id} nobody noted when it was ${unknown.map(([name]) => name).join(", ")}.`,
			);
		}
		return moments;
	});
}

function keyOf({ symbol, event_time }: { symbol: string; event_time: string }): string {
	return `${symbol} ${event_time}`;
}
