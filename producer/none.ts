import { once } from "node:events";
import type { Feed } from "./feed.ts";

/** A feed that gives nothing until it is stopped, so that others can send, and no clocks either. */
export function openNone(): Feed {
	return {
		name: "none; send trades with npx tidemark produce",
		total: undefined,
		live: true,
		// biome-ignore lint/correctness/useYield: it gives nothing
		async *batches(signal) {
			if (!signal.aborted) await once(signal, "abort");
		},
	};
}
