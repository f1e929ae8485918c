/** Compare mode: which symbols are compared, their histories, and the chips by which one is taken away again. */
import type { Interval } from "../../../contracts.ts";
import type { Quote, Spark } from "../messages.ts";
import { ComparedLine, MOST_COMPARED } from "./compare.ts";
import { fetchHistory } from "./feed.ts";

export interface ComparisonElements {
	/** Chooses one more. */
	picker: HTMLSelectElement;
	/** Gets a button for each. */
	chips: HTMLElement;
}

export interface ComparisonEvents {
	/** Others were chosen. */
	changed(symbols: string[]): void;
	/** A line has changed: draw. */
	draw(): void;
}

export class Comparison {
	readonly #elements: ComparisonElements;
	readonly #events: ComparisonEvents;
	#lines: ComparedLine[] = [];
	#interval: Interval = "1m";
	#loading = new AbortController();

	constructor(elements: ComparisonElements, events: ComparisonEvents) {
		this.#elements = elements;
		this.#events = events;
		elements.picker.addEventListener("change", () => {
			const { value } = elements.picker;
			elements.picker.value = "";
			if (value) events.changed([...this.symbols, value]);
		});
	}

	get symbols(): string[] {
		return this.#lines.map(({ symbol }) => symbol);
	}

	get lines(): ComparedLine[] {
		return this.#lines;
	}

	/** Compares with these from now on. The same ones in the same interval go on as they are. */
	show(symbols: string[], interval: Interval): void {
		const wanted = symbols.slice(0, MOST_COMPARED);
		if (interval === this.#interval && wanted.join("\n") === this.symbols.join("\n")) return;
		const kept = interval === this.#interval ? this.#lines : [];
		this.#interval = interval;
		this.#lines = wanted.map(
			(symbol) => kept.find((line) => line.symbol === symbol) ?? new ComparedLine(symbol, interval),
		);
		this.#showChips();
		this.load();
	}

	/** Fetches the histories, as after a break, each until it is there. */
	load(): void {
		this.#loading.abort();
		this.#loading = new AbortController();
		for (const line of this.#lines) void this.#load(line, this.#loading.signal);
	}

	/** Offers these symbols, the one that the chart shows left out. */
	offer(symbols: string[], shown: string): void {
		const { picker } = this.#elements;
		const others = symbols.filter((symbol) => symbol !== shown);
		const options = [new Option("Compare…", ""), ...others.map((symbol) => new Option(symbol, symbol))];
		picker.replaceChildren(...options);
		picker.disabled = others.length === 0;
	}

	takeQuotes(quotes: Quote[]): void {
		this.#take((line) => {
			for (const quote of quotes) if (quote.symbol === line.symbol) line.addQuote(quote);
		});
	}

	takeSparks(sparks: Spark[]): void {
		this.#take((line) => {
			for (const spark of sparks) if (spark.symbol === line.symbol) line.addSpark(spark);
		});
	}

	#take(each: (line: ComparedLine) => void): void {
		if (this.#lines.length === 0) return;
		this.#lines.forEach(each);
		this.#events.draw();
	}

	async #load(line: ComparedLine, signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			try {
				const history = await fetchHistory(line.symbol, this.#interval, undefined, signal);
				if (signal.aborted) return;
				line.load(history);
				this.#events.draw();
				if (!history.storeError) return;
			} catch {
				// Not seen yet, or no answer just now: it is asked again.
			}
			await new Promise((resolve) => setTimeout(resolve, 2_000));
		}
	}

	#showChips(): void {
		const chips = this.#lines.map(({ symbol }, i) => {
			const chip = document.createElement("button");
			chip.type = "button";
			chip.className = "chip";
			chip.dataset.colour = String(i);
			chip.textContent = symbol;
			chip.title = `Stop comparing with ${symbol}`;
			chip.setAttribute("aria-label", chip.title);
			chip.addEventListener("click", () => this.#events.changed(this.symbols.filter((each) => each !== symbol)));
			return chip;
		});
		this.#elements.chips.replaceChildren(...chips);
	}
}
