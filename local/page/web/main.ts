/** The live page in the browser: which symbol and interval is shown, and what happens to each event. */
import type { Hit, Interval } from "../../../contracts.ts";
import type { Quote } from "../messages.ts";
import { type Address, INTERVALS, intervalOf, readAddress, writeAddress } from "./address.ts";
import { AlertList } from "./alerts.ts";
import { Comparison } from "./comparison.ts";
import { Controls } from "./controls.ts";
import { Feed, fetchHistory, UnknownSymbol } from "./feed.ts";
import { directionOf, formatPercent, formatPrice } from "./format.ts";
import { LateChart } from "./late-chart.ts";
import { recall, remember } from "./remember.ts";
import { Series } from "./series.ts";
import { byId, showConnection, showStatus } from "./strip.ts";
import { QuoteTable } from "./table.ts";

const NOTHING = "No data yet: the first candle shows with the first trades.";

const quotes = new Map<string, Quote>();
let symbol = "";
let interval: Interval = "1m";
let series = new Series(interval);
let hits = new Map<string, Hit>();
/** The series whose history has come whole; until there is any history, single seconds are not drawn. */
let loaded: Series | undefined;
let visible = false;
let loading: AbortController | undefined;
let loadingOlder = false;
let drawing = false;
let marked = "";
/** Counts the changes of the list of alerts. */
let alertChanges = 0;

const chart = new LateChart(async () => {
	// Without its server, which the page says, it is fetched later.
	const code = await import("./chart.ts").catch(() => undefined);
	return code?.createChartView(byId("chart"), byId("legend"), () => void loadOlder());
});
const table = new QuoteTable(byId("columns"), byId("quotes"), (chosen) => choose({ symbol: chosen }));
const alerts = new AlertList(
	{ list: byId("alerts"), none: byId("no-alerts"), toggle: byId("suppressed"), count: byId("suppressed-count") },
	(chosen) => choose({ symbol: chosen }),
);
const comparison = new Comparison(
	{ picker: byId("compare") as HTMLSelectElement, chips: byId("compared") },
	{ changed: (compared) => choose({ compared }), draw },
);
const controls = new Controls({
	interval: (at) => choose({ interval: INTERVALS[at] ?? interval }),
	step: (by) => choose({ symbol: table.next(by) ?? symbol }),
	zone: showZone,
});
const picker = byId("symbol") as HTMLSelectElement;
picker.addEventListener("change", () => choose({ symbol: picker.value }));
const buttons = [...byId("intervals").querySelectorAll("button")];
for (const button of buttons) {
	button.addEventListener("click", () => choose({ interval: intervalOf(button.textContent) }));
}
const vwap = byId("vwap");
vwap.addEventListener("click", () => {
	remember("vwap-hidden", recall("vwap-hidden") === undefined ? "1" : undefined);
	showVwap();
});

const feed = new Feed({
	connection: showConnection,
	hello({ resumed }) {
		// Nothing was missed: what is shown goes on. Otherwise it is fetched; what is drawn stays until that has come.
		if (resumed) return;
		void load();
		comparison.load();
	},
	status(status) {
		showStatus(status);
		controls.show(status);
		table.markStale(status.parts.flatMap(({ stale }) => stale ?? []));
	},
	quotes(changed) {
		takeQuotes(changed);
		comparison.takeQuotes(changed);
	},
	sparks(sparks) {
		table.draw(sparks);
		comparison.takeSparks(sparks);
	},
	alerts(rows) {
		alerts.replace(rows);
		alertChanges += 1;
		draw();
	},
	alert(row) {
		alerts.update(row);
		alertChanges += 1;
		draw();
	},
	bar(bar) {
		series.addBar(bar);
		draw();
	},
	tick(tick) {
		series.addTick(tick);
		draw();
	},
	hit(hit) {
		hits.set(hit.hit_id, hit);
		draw();
	},
});

/** Shows another symbol, interval or others to compare with, and notes it in the address. */
function choose(next: Partial<Address>): void {
	const compared = (next.compared ?? comparison.symbols).filter((each) => each !== (next.symbol ?? symbol));
	const address = { symbol, interval, ...next, compared };
	const hash = writeAddress(address);
	if (location.hash === hash) return;
	history.replaceState(null, "", hash);
	show(address);
}

function show(next: Address): void {
	const sameSymbol = next.symbol === symbol && symbol !== "";
	const same = sameSymbol && next.interval === interval;
	({ symbol, interval } = next);
	comparison.show(next.compared, interval);
	chart.compare(comparison.lines);
	if (same) return;
	series = new Series(interval);
	hits = new Map();
	visible = false;
	marked = "";
	chart.reset(symbol, interval !== "1d");
	for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === interval));
	table.select(symbol);
	listSymbols();
	takeQuotes([]);
	showZone();
	say(symbol ? "Loading…" : NOTHING);
	// The events are followed before the history is asked for, so that nothing falls between them.
	if (sameSymbol) void load();
	else feed.follow(symbol);
}

function showZone(): void {
	chart.setZone(controls.zone(interval === "1d"));
	alerts.setZone(controls.zone(false));
}

function showVwap(): void {
	const on = recall("vwap-hidden") === undefined;
	vwap.setAttribute("aria-pressed", String(on));
	chart.showVwap(on);
}

/** Fetches the history, again until it is there. Events that come meanwhile go into the same series. */
async function load(): Promise<void> {
	loading?.abort();
	if (!symbol) return;
	loading = new AbortController();
	const { signal } = loading;
	const into = series;
	while (!signal.aborted) {
		try {
			const found = await fetchHistory(symbol, interval, undefined, signal);
			if (signal.aborted) return;
			into.load(found);
			controls.setExchange(found.zone);
			showZone();
			if (!visible || (!found.storeError && loaded !== into)) chart.goToNewest();
			// Without the store only the stream's bars are there: ask again until it is back.
			if (!found.storeError) loaded = into;
			visible = true;
			for (const hit of found.hits) hits.set(hit.hit_id, hit);
			say(found.storeError ? "The history cannot be read from the store just now." : NOTHING);
			draw();
			if (!found.storeError) return;
		} catch (error) {
			if (signal.aborted) return;
			say(error instanceof UnknownSymbol ? `${error.message}.` : "The history cannot be read just now.");
		}
		await new Promise((resolve) => setTimeout(resolve, 2_000));
	}
}

async function loadOlder(): Promise<void> {
	const { oldest, more } = series;
	if (loadingOlder || !more || !oldest) return;
	loadingOlder = true;
	const into = series;
	try {
		into.load(await fetchHistory(symbol, interval, oldest, AbortSignal.timeout(10_000)));
		if (into === series) draw();
	} catch {
		// The view still stands at the left edge; the next move of it asks again.
	} finally {
		loadingOlder = false;
	}
}

/** Draws once a frame, however many events came. */
function draw(): void {
	if (drawing) return;
	drawing = true;
	requestAnimationFrame(() => {
		drawing = false;
		if (!visible) return;
		const candles = series.candles();
		chart.show(candles);
		// Marks move only with new hits and new candles, not with each second.
		const marks = `${hits.size} ${alertChanges} ${candles.length} ${candles.at(-1)?.time}`;
		if (marks !== marked) {
			chart.mark({ hits: hits.values(), alerts: alerts.of(symbol), windowOf: (iso) => series.windowOf(iso) });
		}
		marked = marks;
		chart.compare(comparison.lines);
		byId("empty").hidden = candles.length > 0;
	});
}

function takeQuotes(changed: Quote[]): void {
	const added = changed.filter((quote) => !quotes.has(quote.symbol)).length > 0;
	for (const quote of changed) quotes.set(quote.symbol, quote);
	table.update(changed);
	byId("no-quotes").hidden = quotes.size > 0;
	if (added) listSymbols();
	const quote = quotes.get(symbol);
	if (!symbol && quotes.size > 0) {
		choose({ symbol: [...quotes.keys()].sort()[0] ?? "" });
		return;
	}
	picker.value = symbol;
	byId("last").textContent = formatPrice(quote?.last ?? null);
	const change = byId("last-change");
	change.textContent = quote ? formatPercent(quote.changePct) : "";
	change.className = `move ${directionOf(quote?.changePct ?? null)}`;
	document.title = quote
		? `${symbol} ${formatPrice(quote.last)} ${formatPercent(quote.changePct)} · Tidemark`
		: "Tidemark";
}

function listSymbols(): void {
	const names = [...quotes.keys()].sort();
	picker.replaceChildren(...names.map((name) => new Option(name, name, false, name === symbol)));
	picker.disabled = names.length === 0;
	comparison.offer(names, symbol);
}

function say(text: string): void {
	byId("empty").textContent = text;
	byId("empty").hidden = visible && series.candles().length > 0;
}

function showAddress(): void {
	const address = readAddress(location.hash);
	if (symbol !== "" && writeAddress(address) === writeAddress({ symbol, interval, compared: comparison.symbols }))
		return;
	show(address);
}
addEventListener("hashchange", showAddress);
showVwap();
showAddress();
