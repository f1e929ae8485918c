import { isLoopback } from "../../infra/loopback.ts";
import { messageOf, UserError } from "../../local/errors.ts";

/** Grafana's HTTP API. */
export interface Grafana {
	/** Where it is, without a slash at the end. */
	url: string;
	/** What it answers to GET; undefined where there is no such thing. */
	get: (path: string) => Promise<unknown>;
	/** Sends JSON. Throws {@link UserError} with Grafana's own words where it refuses. */
	send: (method: "POST" | "PUT", path: string, body: unknown) => Promise<unknown>;
}

/** Milliseconds that one request may take. */
const timeout = 30_000;

/**
 * Grafana at an address, with the token of a service account.
 *
 * @throws UserError for an address that is none, or over which everybody could read the token
 */
export function grafanaAt(address: string, token: string): Grafana {
	const url = baseOf(address);
	const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
		const headers = {
			accept: "application/json",
			authorization: `Bearer ${token}`,
			...(body === undefined ? {} : { "content-type": "application/json" }),
			// What is pushed can be edited in Grafana; the next push overwrites it.
			"x-disable-provenance": "true",
		};
		try {
			// A redirect goes to a login, or to another address that has no right to the token.
			return await fetch(`${url}${path}`, {
				method,
				headers,
				redirect: "manual",
				signal: AbortSignal.timeout(timeout),
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
		} catch (cause) {
			const reason = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
			throw new UserError(`Grafana at ${url} does not answer ${method} ${path}: ${reason}`, { cause });
		}
	};
	return {
		url,
		get: async (path) => {
			const response = await ask("GET", path);
			if (response.status === 404) return undefined;
			return read(url, "GET", path, response);
		},
		send: async (method, path, body) => read(url, method, path, await ask(method, path, body)),
	};
}

function baseOf(address: string): string {
	const url = URL.parse(address);
	if (url?.protocol !== "http:" && url?.protocol !== "https:")
		throw new UserError(
			`--url ${address} is no address: give Grafana's, such as https://grafana.example or http://127.0.0.1:3000`,
		);
	if (url.username || url.password)
		throw new UserError("--url has a password in it: give a service account's token with --token");
	if (url.protocol === "http:" && !isLoopback(url.hostname))
		throw new UserError(`--url ${address} is not encrypted, and everybody on the way could read the token: use https`);
	return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

async function read(url: string, method: string, path: string, response: Response): Promise<unknown> {
	const text = await response.text();
	if (!response.ok) throw new UserError(refusal(url, method, path, response.status, text));
	try {
		return text === "" ? {} : JSON.parse(text);
	} catch (cause) {
		throw new UserError(
			`${url} answers ${method} ${path} with ${JSON.stringify(text.slice(0, 60))}, which is no JSON: is it Grafana's address, with the path that it is under?`,
			{ cause },
		);
	}
}

function refusal(url: string, method: string, path: string, status: number, text: string): string {
	const said = `Grafana at ${url} answers ${status} to ${method} ${path}: ${wordsOf(text) || "no reason given"}`;
	if (status === 401) return `${said}. Is the token (--token) that of a service account there, and not expired?`;
	if (status === 403)
		return `${said}. The token's service account needs the role Admin for data sources and alert rules`;
	if (status >= 300 && status < 400)
		return `${said}. It sends elsewhere: give the address that Grafana itself has (root_url)`;
	return said;
}

function wordsOf(text: string): string {
	try {
		const { message, error } = JSON.parse(text) as { message?: unknown; error?: unknown };
		return String(message ?? error ?? text).slice(0, 300);
	} catch {
		return text.slice(0, 300);
	}
}
