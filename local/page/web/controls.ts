/** What is not the market itself: shortcuts and their help, the pipeline's dialog, the time zone. */
import type { Status } from "../messages.ts";
import { INTERVALS } from "./address.ts";
import { showFlow } from "./flow-view.ts";
import { listenForKeys, listShortcuts, type Shortcut, toggle } from "./keys.ts";
import { recall, remember } from "./remember.ts";
import { byId, lastProblem } from "./strip.ts";
import { nameOf, writeTime, type ZoneChoice, zoneOf } from "./zone.ts";

export interface Actions {
	interval(at: number): void;
	/** The symbol below (1) or above (−1) in the table. */
	step(by: number): void;
	/** Another time zone was chosen. */
	zone(): void;
}

/** Wires the controls up, once. */
export class Controls {
	readonly #zone = byId("zone") as HTMLSelectElement;
	readonly #flow = byId("flow") as HTMLDialogElement;
	#exchange: string | undefined;
	#status: Status | undefined;

	constructor(actions: Actions) {
		const known = recall("zone");
		if (known) this.#zone.value = known;
		this.#zone.addEventListener("change", () => {
			remember("zone", this.#zone.value);
			this.#nameZone();
			actions.zone();
		});
		const help = byId("help") as HTMLDialogElement;
		const openFlow = () => {
			toggle(this.#flow);
			this.#draw();
		};
		byId("show-flow").addEventListener("click", openFlow);
		byId("show-help").addEventListener("click", () => toggle(help));
		const shortcuts: Shortcut[] = [
			...INTERVALS.map((interval, i) => ({
				key: String(i + 1),
				what: `Candles of ${interval}`,
				run: () => actions.interval(i),
			})),
			{ key: "j", what: "Next symbol of the table", run: () => actions.step(1) },
			{ key: "k", what: "Symbol before it", run: () => actions.step(-1) },
			{ key: "s", what: "Choose a symbol", run: () => byId("symbol").focus() },
			{ key: "c", what: "Compare with another symbol", run: () => byId("compare").focus() },
			{ key: "v", what: "Show or hide VWAP", run: () => byId("vwap").click() },
			{ key: "a", what: "Show or hide suppressed alerts", run: () => byId("suppressed").click() },
			{ key: "z", what: "Next time zone: UTC, exchange, local", run: () => this.#nextZone() },
			{ key: "p", what: "Show the pipeline", dialog: "flow", run: openFlow },
			{ key: "?", what: "Show these shortcuts", dialog: "help", run: () => toggle(help) },
		];
		listShortcuts(byId("shortcuts"), shortcuts);
		const on = byId("shortcuts-on") as HTMLInputElement;
		on.checked = recall("shortcuts-off") === undefined;
		on.addEventListener("change", () => remember("shortcuts-off", on.checked ? undefined : "1"));
		listenForKeys(shortcuts, () => on.checked);
		this.#nameZone();
	}

	/** The zone that times are written in; a day's candle keeps its exchange's date, whatever the reader's clock says. */
	zone(isDay: boolean): string {
		const choice = this.#zone.value as ZoneChoice;
		return zoneOf(isDay && choice === "local" ? "exchange" : choice, this.#exchange);
	}

	/** Says which zone the exchange of the symbol that is shown is in. */
	setExchange(zone: string | undefined): void {
		this.#exchange = zone;
		this.#nameZone();
	}

	show(status: Status): void {
		this.#status = status;
		this.#draw();
	}

	/** The picture is drawn while it is seen. */
	#draw(): void {
		if (!this.#flow.open || !this.#status) return;
		showFlow(byId("picture"), this.#status);
		const last = lastProblem();
		if (last) byId("last-problem").textContent = `Last trouble, ${writeTime(last.at, this.zone(false))}: ${last.text}`;
	}

	#nextZone(): void {
		this.#zone.selectedIndex = (this.#zone.selectedIndex + 1) % this.#zone.options.length;
		this.#zone.dispatchEvent(new Event("change"));
	}

	#nameZone(): void {
		const [, exchange, local] = this.#zone.options;
		const known = this.#exchange && nameOf(this.#exchange);
		if (exchange) exchange.textContent = known ? `Exchange (${known})` : "Exchange";
		// What the reader's own zone is takes the browser a while to say, and is not needed at once.
		requestIdleCallback(() => {
			if (local) local.textContent = `Local (${nameOf(zoneOf("local", undefined))})`;
		});
	}
}
