/** One symbol's prices with what the rules said of them, as SVG. */
import { scaleLinear, scaleLog } from "d3-scale";
import { line, symbol as shape, symbolDiamond, symbolTriangle } from "d3-shape";
import { html } from "hono/html";
import { calendarZone, sessionsBetween } from "../../hours/hours.ts";
import type { EpisodeSeen } from "./evaluate.ts";
import { type Html, whenIn } from "./html.ts";
import { type Part, type Timeline, timelineOf } from "./timeline.ts";

export interface ChartOf {
	symbol: string;
	/** Its exchange's calendar. */
	calendar: string;
	/** Closes at their time, epoch ms, in order. */
	prices: { time: number; price: number }[];
	/** In the order in which they began. */
	episodes: EpisodeSeen[];
	/** The rules' names in the order of their lanes. */
	rules: string[];
	/** What is drawn of the time, the same for all symbols. */
	stretches: (readonly [from: number, to: number])[];
}

const WIDTH = 1_160;
const LEFT = 116;
const RIGHT = WIDTH - 64;
const TOP = 14;
const PRICES = 230;
const LANE = 22;
/** Prices of more than this apart are drawn by their ratios. */
const LOG_FROM = 4;
/** Letters of a rule's name beside its lane. */
const NAME = 14;
const MARK = 58;
/** From the price to the middle of its mark, and from there to the next one. */
const [OFF, NEXT] = [11, 12];

/** The chart of a symbol: prices above, a lane for each rule that held below. */
export function chart({ symbol, calendar, prices, episodes, rules, stretches }: ChartOf): Html {
	const zone = calendarZone(calendar);
	const timeline = timelineOf(stretches, LEFT, RIGHT, zone);
	const lanes = rules.filter((rule) => episodes.some(({ alert }) => alert.rule === rule));
	const bottom = TOP + PRICES + 8 + lanes.length * LANE;
	const y = priceScale([...prices.map(({ price }) => price), ...episodes.flatMap(({ alert }) => alert.price ?? [])]);
	const told = episodes.filter((episode) => episode.told !== undefined);
	const untold = episodes.filter((episode) => episode.told === undefined);
	const laneOf = (rule: string) => TOP + PRICES + 8 + lanes.indexOf(rule) * LANE;
	return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${bottom + 40}" role="img" aria-label="Prices of ${symbol} and its alerts">
${timeline.parts.map((part) => ground(part, timeline, calendar, bottom))}
${y.ticks(5).map((price) => html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(y(price))}" y2="${px(y(price))}"/><text class="price" x="${RIGHT + 8}" y="${px(y(price))}">${y.tickFormat(5)(price)}</text>`)}
${timeline.ticks.map(({ x, label }) => html`<line class="tick" x1="${px(x)}" x2="${px(x)}" y1="${bottom}" y2="${bottom + 4}"/><text class="clock" x="${px(x)}" y="${bottom + 16}">${label}</text>`)}
${timeline.days.map(({ x, label }) => html`<text class="day" x="${px(x)}" y="${bottom + (timeline.ticks.length > 0 ? 33 : 16)}">${label}</text>`)}
${told.map(({ alert, since, until }) => band(timeline, since, until, TOP, PRICES, alert.severity))}
<path class="line" d="${pathOf(prices, timeline, y)}"/>
${lanes.map((rule) => html`<line class="lane" x1="0" x2="${RIGHT}" y1="${laneOf(rule)}" y2="${laneOf(rule)}"/><text class="rule" x="${LEFT - 10}" y="${laneOf(rule) + LANE / 2}">${shortened(rule)}</text>`)}
<line class="lane" x1="0" x2="${RIGHT}" y1="${bottom}" y2="${bottom}"/>
${episodes.map(({ alert, since, until, told }) => band(timeline, since, until, laneOf(alert.rule) + 3, LANE - 6, alert.severity, told === undefined))}
${[...untold, ...told].map((episode) => mark(episode, timeline, laneOf(episode.alert.rule) + LANE / 2, zone))}
${placed(told, timeline, y).map(({ episode, at }) => mark(episode, timeline, at, zone, true))}
</svg>`;
}

/** What lies below everything: a stretch of time, and in it the regular sessions. */
function ground({ from, to, left, right }: Part, { x }: Timeline, calendar: string, bottom: number): Html {
	const sessions = sessionsBetween(calendar, from, to).map(({ open, close }) => {
		const [begin, end] = [x(Math.max(open, from)), x(Math.min(close, to))];
		return html`<rect class="session" x="${px(begin)}" y="${TOP}" width="${px(end - begin)}" height="${bottom - TOP}"/>`;
	});
	return html`<rect class="part" x="${px(left)}" y="${TOP}" width="${px(right - left)}" height="${bottom - TOP}"/>
${sessions}`;
}

type PriceScale = ReturnType<typeof scaleLinear<number, number>> | ReturnType<typeof scaleLog<number, number>>;

function priceScale(prices: readonly number[]): PriceScale {
	const [least, most] = prices.reduce(
		([a, b], price) => [Math.min(a, price), Math.max(b, price)],
		[Number.POSITIVE_INFINITY, 0],
	);
	const [low, high] = most === 0 ? [1, 2] : least === most ? [least * 0.99, most * 1.01] : [least, most];
	// Room for the marks above and below.
	const range = [TOP + PRICES - 30, TOP + 30];
	return high / low > LOG_FROM ? scaleLog([low, high], range) : scaleLinear([low, high], range).nice(5);
}

/** At most the least and the most price of each half unit of width; the line is broken between stretches. */
function pathOf(prices: ChartOf["prices"], { parts, x }: Timeline, y: PriceScale): string {
	const draw = line<{ time: number; price: number }>(
		({ time }) => x(time),
		({ price }) => y(price),
	).digits(1);
	return parts
		.map(({ from, to }) => {
			const within = prices.filter(({ time }) => time >= from && time <= to);
			const columns = Map.groupBy(within, ({ time }) => Math.round(x(time) * 2));
			return draw([...columns.values()].flatMap(extremes)) ?? "";
		})
		.join("");
}

function extremes(column: ChartOf["prices"]): ChartOf["prices"] {
	if (column.length <= 2) return column;
	const byPrice = column.toSorted((a, b) => a.price - b.price);
	return [byPrice[0], byPrice.at(-1)].flatMap((each) => each ?? []).sort((a, b) => a.time - b.time);
}

function band(
	{ x, parts }: Timeline,
	since: number,
	until: number | undefined,
	top: number,
	height: number,
	severity: string,
	hollow = false,
): Html {
	const end = until ?? parts.at(-1)?.to ?? since;
	const width = Math.max(1.5, x(end) - x(since));
	return html`<rect class="band ${severity}${hollow ? " hollow" : ""}" x="${px(x(since))}" y="${px(top)}" width="${px(width)}" height="${px(height)}"/>`;
}

/** A told episode at its telling, one that was not told hollow where it began to fire. */
function mark({ alert, told, reason }: EpisodeSeen, { x }: Timeline, at: number, zone: string, onPrice = false): Html {
	const time = told ?? Date.parse(alert.event_time);
	const { direction, severity } = alert;
	const kind = direction === null ? symbolDiamond : symbolTriangle;
	const turn = direction === "down" ? " rotate(180)" : "";
	const what = told === undefined ? `not told: ${reason}` : severity;
	return html`<path class="mark ${severity}${told === undefined ? " hollow" : ""}${onPrice ? " on-price" : ""}" data-time="${new Date(time).toISOString()}" data-rule="${alert.rule}" d="${shape(kind, MARK)()}" transform="translate(${px(x(time))} ${px(at)})${turn}"><title>${whenIn(time, zone)}  ${alert.rule} (${what})
${alert.subject}</title></path>`;
}

/** Above the price where it went up, below it where it went down; further out where another mark is in the way. */
function placed(told: readonly EpisodeSeen[], { x }: Timeline, y: PriceScale): { episode: EpisodeSeen; at: number }[] {
	const taken: { x: number; at: number }[] = [];
	return told.flatMap((episode) => {
		const { alert } = episode;
		if (alert.price === null) return [];
		const here = x(episode.told ?? 0);
		const away = alert.direction === "down" ? 1 : -1;
		let at = y(alert.price) + away * OFF;
		while (taken.some((other) => Math.abs(other.x - here) < 9 && Math.abs(other.at - at) < NEXT - 0.5))
			at += away * NEXT;
		taken.push({ x: here, at });
		return [{ episode, at }];
	});
}

/** A rule's name as it fits beside its lane. */
function shortened(rule: string): Html | string {
	return rule.length <= NAME ? rule : html`${rule.slice(0, NAME - 1)}…<title>${rule}</title>`;
}

function px(value: number): number {
	return Math.round(value * 10) / 10;
}
