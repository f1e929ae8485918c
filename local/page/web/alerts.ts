/** The list of alerts with what became of each, newest first; each one leads to its symbol. */
import { keepRow } from "../alert-rows.ts";
import type { AlertRow } from "../messages.ts";
import { describeState, stateOf } from "./alert-state.ts";
import { formatPercent, formatPrice, formatTime } from "./format.ts";
import { recall, remember } from "./remember.ts";

export interface AlertElements {
	list: HTMLElement;
	/** Said in place of an empty list. */
	none: HTMLElement;
	/** Shows or hides those that were not told. */
	toggle: HTMLElement;
	/** How many those are. */
	count: HTMLElement;
}

/** Where the browser remembers that the suppressed ones are hidden. */
const HIDDEN = "suppressed-hidden";
const NOTHING = "No alerts yet: one shows when a rule of alerting/rules.yaml fires.";
const ONLY_HIDDEN = "Only suppressed alerts so far, and those are hidden.";

export class AlertList {
	readonly #elements: AlertElements;
	readonly #onSelect: (symbol: string) => void;
	readonly #rows = new Map<string, AlertRow>();
	readonly #items = new Map<string, HTMLElement>();
	#zone = "UTC";
	#hidden = recall(HIDDEN) !== undefined;

	constructor(elements: AlertElements, onSelect: (symbol: string) => void) {
		this.#elements = elements;
		this.#onSelect = onSelect;
		elements.toggle.addEventListener("click", () => this.#hide(!this.#hidden));
		this.#show();
	}

	/** Shows these alerts and no others, the one that changed last at the end. */
	replace(rows: AlertRow[]): void {
		const ids = new Set(rows.map(({ id }) => id));
		for (const id of this.#rows.keys()) if (!ids.has(id)) this.#remove(id);
		for (const row of rows) this.#update(row);
		this.#show();
	}

	/** Shows an alert that is new, or that has changed in its place. */
	update(row: AlertRow): void {
		this.#update(row);
		this.#show();
	}

	/** Writes all times as a clock in this zone shows them. */
	setZone(zone: string): void {
		this.#zone = zone;
		for (const [id, item] of this.#items) {
			const [row, time] = [this.#rows.get(id), item.querySelector("time")];
			if (row && time) write(time, this.#time(row));
		}
	}

	/** Those of one symbol, for the marks in its chart. */
	of(symbol: string): AlertRow[] {
		return [...this.#rows.values()].filter((row) => row.symbol === symbol);
	}

	#time({ time }: AlertRow): string {
		return formatTime(time, Date.now(), this.#zone);
	}

	#update(row: AlertRow): void {
		const known = this.#rows.get(row.id);
		// What comes again after a break may be older than what the whole list said.
		if (known && known.changed > row.changed) return;
		const dropped = keepRow(this.#rows, row);
		if (dropped !== undefined) this.#remove(dropped);
		const item = this.#items.get(row.id) ?? document.createElement("li");
		this.#items.set(row.id, item);
		if (JSON.stringify(known) !== JSON.stringify(row)) this.#fill(item, row);
		if (known?.time !== row.time) this.#place(item, row.time);
	}

	#remove(id: string): void {
		this.#items.get(id)?.remove();
		this.#items.delete(id);
		this.#rows.delete(id);
	}

	/** Above what is as old or older by event time. */
	#place(item: HTMLElement, time: string): void {
		const { list } = this.#elements;
		item.dataset.time = time;
		item.remove();
		const older = [...list.children].find((other) => ((other as HTMLElement).dataset.time ?? "") <= time);
		list.insertBefore(item, older ?? null);
	}

	#hide(hidden: boolean): void {
		this.#hidden = hidden;
		remember(HIDDEN, hidden ? "1" : undefined);
		this.#show();
	}

	/** What is about the list as a whole. */
	#show(): void {
		const { list, none, toggle, count } = this.#elements;
		const untold = [...this.#rows.values()].filter(({ told }) => !told).length;
		list.classList.toggle("told-only", this.#hidden);
		toggle.setAttribute("aria-pressed", String(!this.#hidden));
		write(count, String(untold));
		none.hidden = this.#rows.size > (this.#hidden ? untold : 0);
		write(none, this.#rows.size > 0 ? ONLY_HIDDEN : NOTHING);
	}

	#fill(item: HTMLElement, row: AlertRow): void {
		const { symbol, direction, movePct } = row;
		item.className = row.told ? "" : "untold";
		item.dataset.state = stateOf(row).split(":")[0] ?? "";
		const time = part("time", "", this.#time(row));
		(time as HTMLTimeElement).dateTime = row.time;
		const name = part(symbol === null ? "span" : "button", "symbol", symbol ?? "all symbols");
		if (symbol !== null) {
			(name as HTMLButtonElement).type = "button";
			name.title = `Show ${symbol}`;
			name.addEventListener("click", () => this.#onSelect(symbol));
		}
		const arrow = direction === "up" ? "▲ " : direction === "down" ? "▼ " : "";
		const move = part("span", `move ${direction ?? "flat"}`, movePct === null ? "" : arrow + formatPercent(movePct));
		if (direction && movePct !== null) move.setAttribute("aria-label", `${direction} ${formatPercent(movePct)}`);
		const price = part("span", "price", row.price === null ? "" : formatPrice(row.price));
		const severity = part("span", `severity ${row.severity}`, row.severity);
		const rule = part("span", "rule", row.rule);
		rule.title = `Rule ${row.rule}`;
		const subject = part("span", "subject", row.subject);
		subject.title = `${row.subject}\n\n${row.text}`;
		const state = part("span", "state", stateOf(row));
		state.title = describeState(row);
		const detail = document.createElement("div");
		detail.className = "detail";
		detail.append(severity, rule, subject, state);
		// Who had the symbol in focus keeps it.
		const focused = item.contains(document.activeElement);
		item.replaceChildren(time, name, move, price, detail);
		if (focused) name.focus({ preventScroll: true });
	}
}

function part(tag: string, className: string, text: string): HTMLElement {
	const made = document.createElement(tag);
	if (className) made.className = className;
	made.textContent = text;
	return made;
}

function write(element: HTMLElement, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}
