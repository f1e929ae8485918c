import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { errorOf, isWritten, retryAfter } from "./answers.ts";
import type { TokenSource } from "./token.ts";

export type StoreOptions = {
	/** Where the store is, without a path: `http://127.0.0.1:9000`. */
	url: string;
	bucket: string;
	org: string;
	/** Left out, no authorization is sent. */
	token?: TokenSource | undefined;
	/** Milliseconds that one request may take. */
	timeout?: number;
	/** The longest wait that a store may ask for, in milliseconds; after a longer one the batch comes again by itself. */
	patience?: number;
};

export type LineStore = {
	/**
	 * Writes all lines in one request; in one more after a 401 if the token has changed, and after a 429 or 503 when the
	 * time is over that the store asked for.
	 *
	 * @throws LinesRejected if at least one line will never be taken, another error if this may pass
	 */
	write: (lines: string[]) => Promise<void>;
};

type Answer = { status: number; text: string; retryAfter: string | null };

/** Lines are long and alike: the fastest level makes a fifth of them, and better ones take the processor's time. */
const compressed = (text: string) => promisify(gzip)(text, { level: constants.Z_BEST_SPEED });

/**
 * A store that takes line protocol with millisecond times at `/api/v2/write`, compressed: Timestream for InfluxDB and
 * InfluxDB (2.x and 3), QuestDB. Certificates are verified; one that is not from a public authority has to be in the file that
 * `NODE_EXTRA_CA_CERTS` names.
 */
export function lineStore(options: StoreOptions): LineStore {
	const { url, bucket, org, token, timeout = 10_000, patience = 10_000 } = options;
	const address = new URL("/api/v2/write", url);
	address.search = new URLSearchParams({ org, bucket, precision: "ms" }).toString();

	const send = async (lines: string[], body: Buffer, credential: string | undefined): Promise<Answer> => {
		const headers = {
			"content-type": "text/plain; charset=utf-8",
			"content-encoding": "gzip",
			...(credential ? { authorization: `Token ${credential}` } : {}),
		};
		try {
			// What is sent somewhere else by an answer would be asked for with GET, and succeed without a write.
			const request = {
				method: "POST",
				headers,
				body,
				redirect: "manual",
				signal: AbortSignal.timeout(timeout),
			} as const;
			const response = await fetch(address, request);
			return {
				status: response.status,
				text: await response.text(),
				retryAfter: response.headers.get("retry-after"),
			};
		} catch (cause) {
			throw new Error(`The store at ${url} did not answer a write of ${lines.length} lines: ${reasonOf(cause)}`, {
				cause,
			});
		}
	};

	return {
		write: async (lines) => {
			const body = await compressed(lines.join("\n"));
			let credential = await token?.read();
			let answer = await send(lines, body, credential);
			if (answer.status === 401 && token) {
				const current = await token.read(true);
				if (current !== credential) {
					credential = current;
					answer = await send(lines, body, credential);
				}
			}
			if (answer.status === 429 || answer.status === 503) {
				const wait = retryAfter(answer.retryAfter);
				await sleep(Math.min(wait, patience));
				if (wait <= patience) answer = await send(lines, body, credential);
			}
			const { status, text } = answer;
			if (isWritten(status, text)) return;
			throw errorOf(status, text, { url, bucket, org, lines: lines.length, secret: token?.secret });
		},
	};
}

/** Why there was no answer: fetch says only that it failed, and its causes say why. */
function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const { code } = error as NodeJS.ErrnoException;
	const own = [error.message, code].filter(Boolean).join(", ");
	return error.cause ? `${own}: ${reasonOf(error.cause)}` : own;
}
