/** The list of the latest alerts, newest first; each one leads to its symbol. */
import type { Alert } from "../messages.ts";
import { formatPercent, formatPrice, formatTime } from "./format.ts";

const SHOWN = 200;

export class AlertList {
	readonly #list: HTMLElement;
	readonly #none: HTMLElement;
	readonly #onSelect: (symbol: string) => void;
	readonly #known = new Set<string>();

	constructor(list: HTMLElement, none: HTMLElement, onSelect: (symbol: string) => void) {
		this.#list = list;
		this.#none = none;
		this.#onSelect = onSelect;
	}

	/** Adds alerts, given newest first; those that are listed already are left out. */
	add(alerts: Alert[]): void {
		const fresh = alerts.filter(({ id }) => !this.#known.has(id));
		for (const { id } of fresh) this.#known.add(id);
		this.#list.prepend(...fresh.map((alert) => this.#item(alert)));
		while (this.#list.children.length > SHOWN) this.#list.lastElementChild?.remove();
		this.#none.hidden = this.#list.children.length > 0;
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
