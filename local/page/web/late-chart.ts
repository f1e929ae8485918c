/** The chart, whose code is fetched and run when there are candles: until then the page is there without it. */
import type { ChartView } from "./chart-view.ts";

type Call = (chart: ChartView) => void;

/** What is said before the chart is there is kept for it: the last of each kind, in the order in which they came. */
export class LateChart implements ChartView {
	readonly #make: () => Promise<ChartView | undefined>;
	readonly #kept = new Map<keyof ChartView, Call>();
	#chart: ChartView | undefined;
	#making = false;

	/** @param make makes the chart; called with the first candles, and again with the next ones where it had none */
	constructor(make: () => Promise<ChartView | undefined>) {
		this.#make = make;
	}

	show(...given: Parameters<ChartView["show"]>): void {
		this.#call("show", (chart) => chart.show(...given));
		if (given[0].length > 0 && !this.#chart && !this.#making) void this.#start();
	}

	mark(...given: Parameters<ChartView["mark"]>): void {
		this.#call("mark", (chart) => chart.mark(...given));
	}

	compare(...given: Parameters<ChartView["compare"]>): void {
		this.#call("compare", (chart) => chart.compare(...given));
	}

	showVwap(...given: Parameters<ChartView["showVwap"]>): void {
		this.#call("showVwap", (chart) => chart.showVwap(...given));
	}

	setZone(...given: Parameters<ChartView["setZone"]>): void {
		this.#call("setZone", (chart) => chart.setZone(...given));
	}

	reset(...given: Parameters<ChartView["reset"]>): void {
		// It forgets what was drawn.
		for (const drawn of ["show", "mark"] as const) this.#kept.delete(drawn);
		this.#call("reset", (chart) => chart.reset(...given));
	}

	goToNewest(): void {
		this.#call("goToNewest", (chart) => chart.goToNewest());
	}

	#call(name: keyof ChartView, call: Call): void {
		if (this.#chart) {
			call(this.#chart);
			return;
		}
		this.#kept.delete(name);
		this.#kept.set(name, call);
	}

	async #start(): Promise<void> {
		this.#making = true;
		const chart = await this.#make();
		this.#making = false;
		if (!chart) return;
		this.#chart = chart;
		for (const call of this.#kept.values()) call(chart);
		this.#kept.clear();
	}
}
