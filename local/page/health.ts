/** What the page itself sees of the parts, laid over what the caller says about them. */
import { messageOf } from "../errors.ts";
import type { Part } from "./messages.ts";

/** Keeps the last error of each source (a stream, the store, the job), by the part that it is asked of. */
export class Health {
	readonly #errors = new Map<string, { part: Part["part"]; error: Error }>();

	/** Notes how a source of a part did just now; undefined is well. */
	set(part: Part["part"], source: string, error: Error | undefined): void {
		if (error) this.#errors.set(`${part} ${source}`, { part, error });
		else this.#errors.delete(`${part} ${source}`);
	}

	/** The caller's states, except that a part that is said to be up and does not answer is down. */
	over(parts: Part[]): Part[] {
		const errors = [...this.#errors.values()];
		return parts.map((part) => {
			if (part.state !== "up") return part;
			const seen = errors.filter((known) => known.part === part.part).map((known) => known.error);
			const silent = seen.find((error) => !hasAnswered(error));
			if (silent) return { ...part, state: "down", detail: `it does not answer: ${rootOf(silent)}` };
			return seen[0] ? { ...part, detail: messageOf(seen[0]) } : part;
		});
	}
}

/** An AWS error that came with an HTTP status was answered by the emulator, which so is up. */
function hasAnswered(error: Error): boolean {
	return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== undefined;
}

/** What the innermost cause says, such as `connect ECONNREFUSED 127.0.0.1:9000`. */
function rootOf(error: Error): string {
	return error.cause instanceof Error ? rootOf(error.cause) : messageOf(error);
}
