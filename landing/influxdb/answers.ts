/** The store looked at the lines and refused at least one: sending the same ones again cannot help. */
export class LinesRejected extends Error {
	override name = "LinesRejected";
}

/** Who was asked for what, for messages. */
export type Asked = {
	url: string;
	bucket: string;
	org: string;
	lines: number;
	/** The secret that the token is from; undefined where none is sent. */
	secret: string | undefined;
};

/** What a store answers when a line is wrong or there are too many. InfluxDB 3 may say 201 with the lines it left out. */
const rejections = new Set([201, 400, 413, 422]);

/**
 * Whether all lines were written. Only 204 says so, and 201 that has nothing to add: what answers 200 or sends somewhere
 * else is no store, and InfluxDB 1.x says 200 where it could not finish.
 */
export function isWritten(status: number, answer: string): boolean {
	return status === 204 || (status === 201 && answer.trim() === "");
}

/** The error for an answer that is no success: {@link LinesRejected} where the lines are at fault, with a remedy where there is one. */
export function errorOf(status: number, answer: string, asked: Asked): Error {
	const { url, lines } = asked;
	const message = `The store at ${url} answered ${status} to a write of ${lines} lines: ${answer.slice(0, 300) || "no reason given"}`;
	if (rejections.has(status)) return new LinesRejected(message);
	const remedy = remedyOf(status, asked);
	return new Error(remedy ? `${message}. ${remedy}` : message);
}

function remedyOf(status: number, { bucket, org, secret }: Asked): string | undefined {
	if (status === 401 || status === 403) {
		return secret === undefined
			? "It wants a token: keep one in Secrets Manager and name that secret as storeSecret in infra/config.ts."
			: `The token in the secret ${secret} may not write to the bucket ${bucket} of ${org}: put one that may into it; the records come again.`;
	}
	if (status === 404) return `Is there a bucket ${bucket} of the organisation ${org}? infra/config.ts names both.`;
	if (status === 200 || (status >= 300 && status < 400)) {
		return "A store of line protocol answers 204: does the address name one, without a proxy or a login before it?";
	}
	return undefined;
}

/**
 * How long an answer asks to wait, in milliseconds: `Retry-After` in seconds or as a date, a second without one.
 *
 * @param now epoch ms
 */
export function retryAfter(header: string | null, now = Date.now()): number {
	if (header === null || header.trim() === "") return 1_000;
	const ms = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
	return Number.isFinite(ms) ? Math.max(0, ms) : 1_000;
}
