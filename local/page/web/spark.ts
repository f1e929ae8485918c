/** The line of a symbol's last hour, drawn as SVG in its row of the table. */
import type { Spark } from "../messages.ts";
import { directionOf, formatPercent, formatPrice } from "./format.ts";
import { HEIGHT, HOUR, toPath, WIDTH } from "./spark-path.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Keeps the points of one line: keyed by their minute, an hour of them. */
export class SparkLine {
	readonly element = document.createElementNS(SVG, "svg");
	readonly #line = document.createElementNS(SVG, "polyline");
	readonly #closes = new Map<number, number>();

	/** Of the last hour; null before there are two minutes. */
	changePct: number | null = null;

	constructor() {
		this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
		this.element.setAttribute("role", "img");
		this.element.append(this.#line);
		this.#draw();
	}

	/** Takes points, all or new ones. */
	add({ points }: Spark): void {
		for (const [time, close] of points) this.#closes.set(time, close);
		const oldest = Math.max(...this.#closes.keys()) - HOUR;
		for (const time of this.#closes.keys()) if (time <= oldest) this.#closes.delete(time);
		this.#draw();
	}

	#draw(): void {
		const points = [...this.#closes].sort(([a], [b]) => a - b);
		const [first, last] = [points[0]?.[1], points.at(-1)?.[1]];
		const known = first !== undefined && last !== undefined && points.length > 1;
		const change = known ? (100 * (last - first)) / first : null;
		this.changePct = change;
		this.#line.setAttribute("points", toPath(points));
		this.#line.setAttribute("class", directionOf(change));
		const label = known
			? `last hour: ${formatPrice(first)} to ${formatPrice(last)}, ${formatPercent(change)}`
			: "no last hour yet";
		this.element.setAttribute("aria-label", label);
	}
}
