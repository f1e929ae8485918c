/** The table of all symbols: percent moves, sortable by each column, a click or Enter selects. */
import type { Quote, Spark, StaleSymbol } from "../messages.ts";
import { directionOf, formatPercent, formatPrice } from "./format.ts";
import { InView } from "./in-view.ts";
import { SparkLine } from "./spark.ts";
import { Turns } from "./turns.ts";

/** What each column sorts by, in the order of the heads in index.html. */
const VALUES: ((row: Row) => number | string | null)[] = [
	({ quote }) => quote.symbol,
	({ quote }) => quote.last,
	({ quote }) => quote.changePct,
	({ quote }) => quote.minuteMovePct,
	({ spark }) => spark.changePct,
	({ quote }) => rangePct(quote),
];

interface Row {
	quote: Quote;
	row: HTMLTableRowElement;
	spark: SparkLine;
	cells: {
		last: HTMLElement;
		change: HTMLElement;
		minute: HTMLElement;
		spark: HTMLElement;
		low: HTMLElement;
		high: HTMLElement;
		at: HTMLElement;
		range: HTMLElement;
	};
}

/** Rows move to their new places at most this often, so that one can aim at them. */
const SORT_MS = 1_000;
/** New rows that are made in one go: a market's worth of them at once would keep the first frame waiting. */
const NEW_ROWS = 6;

export class QuoteTable {
	readonly #body: HTMLElement;
	readonly #rows = new Map<string, Row>();
	readonly #heads: Element[];
	readonly #onSelect: (symbol: string) => void;
	#sort = { column: 0, descending: false };
	#selected = "";
	#stale = new Map<string, StaleSymbol>();
	#sortTimer: number | undefined;
	#sparks: Spark[] = [];
	readonly #view: InView;
	/** What is known of symbols that have no row yet. */
	readonly #new = new Map<string, Quote>();
	readonly #turns = new Turns();

	constructor(heads: HTMLElement, body: HTMLElement, onSelect: (symbol: string) => void) {
		this.#body = body;
		this.#onSelect = onSelect;
		this.#view = new InView(body.closest(".scroll") ?? body, (row) => {
			const known = this.#rows.get(row.querySelector(".name")?.textContent ?? "");
			if (known) fill(known);
		});
		this.#heads = [...heads.querySelectorAll("th")];
		this.#heads.forEach((head, i) => {
			head.querySelector("button")?.addEventListener("click", () => this.#sortBy(i));
		});
		// With a grid in place of its own layout a table is none any more, unless that is said.
		const table = body.closest("table");
		table?.setAttribute("role", "table");
		for (const group of table?.children ?? []) group.setAttribute("role", "rowgroup");
		heads.setAttribute("role", "row");
		for (const head of this.#heads) head.setAttribute("role", "columnheader");
		body.addEventListener("keydown", (event) => this.#move(event));
	}

	/** Shows new and changed quotes. */
	update(quotes: Quote[]): void {
		for (const quote of quotes) {
			const known = this.#rows.get(quote.symbol);
			if (known) {
				known.quote = quote;
				this.#view.change(known.row);
			} else {
				// Those that have come once have their turn already.
				if (!this.#new.has(quote.symbol) && this.#new.size % NEW_ROWS === 0) this.#turns.take(() => this.#grow());
				this.#new.set(quote.symbol, quote);
			}
		}
		if (quotes.length > 0) this.#sortTimer ??= setTimeout(() => this.#order(), SORT_MS);
	}

	/** Draws the last hour of these symbols on; one that has no row yet gets its line with its row. */
	draw(sparks: Spark[]): void {
		for (const spark of sparks) {
			const row = this.#rows.get(spark.symbol);
			if (row) row.spark.add(spark);
			else this.#sparks.push(spark);
		}
	}

	/** The symbol `step` rows below the one that the chart shows (above where it is negative), as the table is sorted. */
	next(step: number): string | undefined {
		const rows = [...this.#body.children];
		const at = rows.findIndex((row) => row.classList.contains("selected"));
		const row = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
		row?.scrollIntoView({ block: "nearest" });
		return row?.querySelector(".name")?.textContent ?? undefined;
	}

	/** Marks the symbol that the chart shows. */
	select(symbol: string): void {
		this.#mark(this.#selected, false);
		this.#selected = symbol;
		this.#mark(symbol, true);
	}

	/** Marks the symbols of which there is nothing current, with the reason, and no others. */
	markStale(stale: StaleSymbol[]): void {
		this.#stale = new Map(stale.map((each) => [each.symbol, each]));
		for (const [symbol, { row }] of this.#rows) badge(row, this.#stale.get(symbol));
	}

	#mark(symbol: string, on: boolean): void {
		const row = this.#rows.get(symbol)?.row;
		row?.classList.toggle("selected", on);
		row?.querySelector("button")?.setAttribute("aria-pressed", String(on));
	}

	/** Makes some of the rows that are missing, from A on; each has its place at once. */
	#grow(): void {
		const next = [...this.#new.values()].sort((a, b) => compare(a.symbol, b.symbol, 1)).slice(0, NEW_ROWS);
		for (const quote of next) {
			this.#new.delete(quote.symbol);
			this.#add(quote);
		}
		this.#order();
	}

	#add(quote: Quote): void {
		const row = document.createElement("tr");
		row.setAttribute("role", "row");
		const name = document.createElement("th");
		name.setAttribute("role", "rowheader");
		const button = document.createElement("button");
		button.type = "button";
		button.className = "name";
		button.textContent = quote.symbol;
		button.title = quote.symbol;
		name.append(button);
		row.addEventListener("click", () => this.#onSelect(quote.symbol));
		const cell = (className: string) => {
			const made = document.createElement("td");
			made.className = className;
			made.setAttribute("role", "cell");
			row.append(made);
			return made;
		};
		const span = (className: string) => {
			const made = document.createElement("span");
			made.className = className;
			return made;
		};
		row.append(name);
		const cells = {
			last: cell("price"),
			change: cell("move"),
			minute: cell("move"),
			spark: cell("spark"),
			range: cell("range"),
			low: span("low"),
			high: span("high"),
			at: span("at"),
		};
		const track = span("track");
		track.append(cells.at);
		cells.range.append(cells.low, cells.high, track);
		const spark = new SparkLine();
		cells.spark.append(spark.element);
		for (const each of this.#sparks) if (each.symbol === quote.symbol) spark.add(each);
		this.#sparks = this.#sparks.filter(({ symbol }) => symbol !== quote.symbol);
		const made = { quote, row, spark, cells };
		this.#rows.set(quote.symbol, made);
		badge(row, this.#stale.get(quote.symbol));
		this.#mark(quote.symbol, quote.symbol === this.#selected);
		this.#view.add(row);
	}

	/** Names from A on, numbers from the largest on; the same column again turns it round. */
	#sortBy(column: number): void {
		const { column: current, descending } = this.#sort;
		this.#sort = { column, descending: column === current ? !descending : column > 0 };
		this.#heads.forEach((head, i) => {
			if (i === column) head.setAttribute("aria-sort", this.#sort.descending ? "descending" : "ascending");
			else head.removeAttribute("aria-sort");
		});
		this.#order();
	}

	#order(): void {
		clearTimeout(this.#sortTimer);
		this.#sortTimer = undefined;
		const value = VALUES[this.#sort.column] ?? (() => null);
		const sign = this.#sort.descending ? -1 : 1;
		const sorted = [...this.#rows.values()].sort(
			(a, b) => compare(value(a), value(b), sign) || compare(a.quote.symbol, b.quote.symbol, 1),
		);
		// The first rows come all at once.
		if (this.#body.childElementCount === 0) this.#body.replaceChildren(...sorted.map(({ row }) => row));
		// Only rows that are out of place are moved: moving one takes the focus away from what is in it.
		const focused = document.activeElement;
		sorted.forEach(({ row }, i) => {
			const there = this.#body.children[i];
			if (there !== row) this.#body.insertBefore(row, there ?? null);
		});
		if (focused instanceof HTMLElement && this.#body.contains(focused)) focused.focus({ preventScroll: true });
	}

	#move(event: KeyboardEvent): void {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		const row = (event.target as HTMLElement).closest("tr");
		if (step === undefined || !row) return;
		const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
		next?.querySelector("button")?.focus();
		event.preventDefault();
	}
}

function badge(row: HTMLTableRowElement, stale: StaleSymbol | undefined): void {
	const name = row.querySelector("th");
	const there = row.querySelector<HTMLElement>(".badge");
	row.classList.toggle("stale", stale !== undefined);
	if (!stale || !name) {
		there?.remove();
		return;
	}
	const why = `${stale.since === null ? "" : `since ${stale.since.slice(11, 19)}Z: `}${stale.why}`;
	if (there?.title === why) return;
	const made = there ?? document.createElement("span");
	made.className = "badge";
	made.title = why;
	// Read out as well: a title is for the pointer only.
	const reason = document.createElement("span");
	reason.className = "hidden";
	reason.textContent = ` ${why}`;
	made.replaceChildren("stale", reason);
	if (!there) name.append(made);
}

function fill({ cells, quote }: Row): void {
	write(cells.last, formatPrice(quote.last));
	write(cells.change, formatPercent(quote.changePct, ""), `move ${directionOf(quote.changePct)}`);
	const title = quote.changeBase === null ? "" : `since the ${quote.changeBase}`;
	if (cells.change.title !== title) cells.change.title = title;
	write(cells.minute, formatPercent(quote.minuteMovePct, ""), `move ${directionOf(quote.minuteMovePct)}`);
	const { dayLow: low, dayHigh: high, last } = quote;
	write(cells.low, low === null ? "" : formatPrice(low));
	write(cells.high, high === null ? "" : formatPrice(high));
	const at = low === null || high === null || high === low ? 0.5 : (last - low) / (high - low);
	cells.at.style.left = `${(100 * Math.min(1, Math.max(0, at))).toFixed(1)}%`;
	cells.range.classList.toggle("unknown", low === null);
}

function write(element: HTMLElement, text: string, className?: string): void {
	if (element.textContent !== text) element.textContent = text;
	if (className !== undefined && element.className !== className) element.className = className;
}

function rangePct({ dayLow, dayHigh }: Quote): number | null {
	return dayLow === null || dayHigh === null ? null : (100 * (dayHigh - dayLow)) / dayLow;
}

/** Unknown values come last, whichever way it is sorted. */
function compare(a: number | string | null, b: number | string | null, sign: number): number {
	if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
	return a === b ? 0 : (a < b ? -1 : 1) * sign;
}
