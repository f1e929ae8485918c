/**
 * Writes rows of a long list when they can be seen: those in view at once, the others when they come into view, and a few
 * at a time while the browser has nothing else to do. So that many rows that change at once keep no frame waiting.
 */

/** Rows near the view count as in it, so that a list that is scrolled shows nothing old. */
const MARGIN = "200px";
const IDLE_MS = 1_000;
/** Rows out of view that are written in one go. */
const CHUNK = 25;

export class InView {
	readonly #write: (row: Element) => void;
	readonly #observer: IntersectionObserver;
	readonly #seen = new Set<Element>();
	readonly #due = new Set<Element>();
	#timer: number | undefined;

	/** @param write writes a row as it is to be by then */
	constructor(scrolled: Element, write: (row: Element) => void) {
		this.#write = write;
		this.#observer = new IntersectionObserver((entries) => this.#look(entries), {
			root: scrolled,
			rootMargin: `${MARGIN} 0px`,
		});
	}

	/** Takes in a new row, and writes it. */
	add(row: Element): void {
		this.#observer.observe(row);
		this.#write(row);
	}

	/** The row has changed. */
	change(row: Element): void {
		if (this.#seen.has(row)) this.#write(row);
		else {
			this.#due.add(row);
			this.#timer ??= setTimeout(() => this.#idle(), IDLE_MS);
		}
	}

	#look(entries: IntersectionObserverEntry[]): void {
		for (const { target, isIntersecting } of entries) {
			if (!isIntersecting) this.#seen.delete(target);
			else {
				this.#seen.add(target);
				if (this.#due.delete(target)) this.#write(target);
			}
		}
	}

	#idle(): void {
		requestIdleCallback(() => {
			for (const row of [...this.#due].slice(0, CHUNK)) {
				this.#due.delete(row);
				this.#write(row);
			}
			this.#timer = this.#due.size > 0 ? setTimeout(() => this.#idle(), 50) : undefined;
		});
	}
}
