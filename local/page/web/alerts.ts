/** The list of the latest alerts, newest first; each one leads to its symbol. */
import type { Alert } from "../messages.ts";
import { formatPercent, formatPrice, formatTime } from "./format.ts";

const SHOWN = 200;

export class AlertList {
	readonly #list: HTMLElement;
	readonly #none: HTMLElement;
	readonly #onSelect: (symbol: string) => void;
	/** By the alert's id, in the order in which they came. */
	readonly #items = new Map<string, HTMLElement>();

	constructor(list: HTMLElement, none: HTMLElement, onSelect: (symbol: string) => void) {
		this.#list = list;
		this.#none = none;
		this.#onSelect = onSelect;
	}

	/** Adds alerts, given newest first, each at its event time; those that are listed already are left out. */
	add(alerts: Alert[]): void {
		for (const alert of alerts.toReversed()) {
			if (this.#items.has(alert.id)) continue;
			const item = this.#item(alert);
			const older = [...this.#list.children].find((row) => (row.querySelector("time")?.dateTime ?? "") <= alert.time);
			this.#list.insertBefore(item, older ?? null);
			this.#items.set(alert.id, item);
		}
		// What came first goes first, so that a replay of another day is not pushed out by what is newer than it.
		for (const [id, item] of [...this.#items].slice(0, -SHOWN)) {
			item.remove();
			this.#items.delete(id);
		}
		this.#none.hidden = this.#items.size > 0;
	}

	#item(alert: Alert): HTMLElement {
		const item = document.createElement("li");
		const time = document.createElement("time");
		time.dateTime = alert.time;
		time.textContent = formatTime(alert.time, Date.now());
		const { symbol } = alert;
		const name = document.createElement(symbol === null ? "span" : "button");
		name.className = "symbol";
		name.textContent = symbol ?? alert.text;
		if (symbol !== null) {
			name.title = `Show ${symbol}`;
			name.addEventListener("click", () => this.#onSelect(symbol));
		}
		const move = document.createElement("span");
		move.className = `move ${alert.direction ?? "flat"}`;
		const arrow = alert.direction === "up" ? "▲" : alert.direction === "down" ? "▼" : "";
		move.textContent = symbol === null ? "" : `${arrow} ${formatPercent(alert.movePct)}`;
		if (alert.direction) move.setAttribute("aria-label", `${alert.direction} ${formatPercent(alert.movePct)}`);
		const price = document.createElement("span");
		price.className = "price";
		price.textContent = alert.price === null ? "" : formatPrice(alert.price);
		item.append(time, name, move, price);
		return item;
	}
}
