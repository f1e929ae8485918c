export type StoreOptions = {
	/** Where the store is, without a path: `http://127.0.0.1:9000`. */
	url: string;
	bucket: string;
	org: string;
	token?: string | undefined;
	/** Milliseconds that one request may take. */
	timeout?: number;
};

/** The store looked at the lines and refused them: sending the same ones again cannot help. */
export class LinesRejected extends Error {
	override name = "LinesRejected";
}

export type LineStore = { write: (lines: string[]) => Promise<void> };

/** What a store answers when a line is wrong or there are too many; anything else, a missing bucket or a bad token included, can be mended without touching the lines. */
const rejections = new Set([400, 413, 422]);

/** A store that takes line protocol with millisecond times at `/api/v2/write`: InfluxDB, Timestream for InfluxDB, QuestDB. */
export function lineStore({ url, bucket, org, token, timeout = 10_000 }: StoreOptions): LineStore {
	const address = new URL("/api/v2/write", url);
	address.search = new URLSearchParams({ org, bucket, precision: "ms" }).toString();
	const headers = {
		"content-type": "text/plain; charset=utf-8",
		...(token ? { authorization: `Token ${token}` } : {}),
	};
	return {
		/**
		 * Writes all lines in one request.
		 *
		 * @throws LinesRejected if at least one of them will never be taken, another error if this may pass
		 */
		write: async (lines) => {
			const request = { method: "POST", headers, body: lines.join("\n"), signal: AbortSignal.timeout(timeout) };
			const response = await fetch(address, request).catch((cause) => {
				throw new Error(`The store at ${url} did not answer a write of ${lines.length} lines.`, { cause });
			});
			const answer = await response.text();
			if (response.ok) return;
			const message = `The store at ${url} answered ${response.status} to a write of ${lines.length} lines: ${answer.slice(0, 300)}`;
			throw rejections.has(response.status) ? new LinesRejected(message) : new Error(message);
		},
	};
}
