import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { LinesRejected } from "../../../landing/influxdb/answers.ts";
import { lineStore, type StoreOptions } from "../../../landing/influxdb/store.ts";
import { findPrerequisites } from "../../../local/prerequisites.ts";
import { answering, type Responder } from "../../support/http.ts";

const store = (url: string, more: Partial<StoreOptions> = {}) => lineStore({ url, bucket: "b", org: "o", ...more });

/** A secret whose token is the first of these, and each time that it is read again the next. */
function tokens(...values: string[]) {
	const reads: boolean[] = [];
	const read = async (again = false) => {
		reads.push(again);
		if (again && values.length > 1) values.shift();
		return values[0] ?? "";
	};
	return { secret: "store-token", read, reads };
}

/** Answers with these one after the other, then always with the last; holds what it was asked. */
async function answers(...list: [status: number, headers?: Record<string, string>][]) {
	const asked: { at: number; authorization: string | undefined; body: string }[] = [];
	const url = await answering(({ headers: { authorization } }, response, body) => {
		const [status, headers = {}] = list[Math.min(asked.length, list.length - 1)] ?? [204];
		asked.push({ at: performance.now(), authorization, body });
		response.writeHead(status, headers).end(status === 204 ? undefined : "the reason");
	});
	return { url, asked };
}

const failure = (write: Promise<void>) =>
	write.then(
		() => Promise.reject(new Error("should have failed")),
		(error: Error) => error,
	);

test("all lines go in one request, compressed, with the bucket, the organisation and times in milliseconds", async () => {
	const requests: unknown[] = [];
	const url = await answering(({ method, url, headers }, response, body) => {
		requests.push({ method, url, body, ...pick(headers, "authorization", "content-encoding") });
		response.writeHead(204).end();
	});
	const named = { url, bucket: "b&b", org: "o", token: tokens("s3cret") };
	await lineStore(named).write(["bars a=1 1", "bars a=2 2"]);
	expect(requests).toEqual([
		{
			method: "POST",
			url: "/api/v2/write?org=o&bucket=b%26b&precision=ms",
			authorization: "Token s3cret",
			"content-encoding": "gzip",
			body: "bars a=1 1\nbars a=2 2",
		},
	]);
});

test("without a token there is no authorization", async () => {
	const { url, asked } = await answers([204]);
	await store(url).write(["bars a=1 1"]);
	expect(asked).toMatchObject([{ authorization: undefined }]);
});

describe("an answer that is no success", () => {
	test.each([400, 413, 422])("%i rejects the lines", async (status) => {
		const { url } = await answers([status]);
		const error = await failure(store(url).write(["bars a=1 1"]));
		expect(error).toBeInstanceOf(LinesRejected);
		expect(error.message).toContain(`answered ${status} to a write of 1 lines: the reason`);
	});

	test.each([401, 403, 404, 408, 429, 500, 502, 503])("%i may pass, or be mended", async (status) => {
		const { url } = await answers([status, { "retry-after": "0" }]);
		const error = await failure(store(url, { token: tokens("s3cret") }).write(["bars a=1 1"]));
		expect(error).not.toBeInstanceOf(LinesRejected);
		expect(error.message).toContain(`answered ${status}`);
		expect(error.message).not.toContain("s3cret");
	});

	test("one that sends somewhere else is not followed: nothing would be written there", async () => {
		const elsewhere: string[] = [];
		const other = await answering(({ method }, response) => {
			elsewhere.push(method ?? "");
			response.writeHead(204).end();
		});
		const { url } = await answers([302, { location: other }]);
		expect((await failure(store(url).write(["bars a=1 1"]))).message).toContain("does the address name one");
		expect(elsewhere).toEqual([]);
	});
});

describe("a token", () => {
	test("that has changed is read again after a 401, and the lines are written", async () => {
		const { url, asked } = await answers([401], [204]);
		const token = tokens("old", "new");
		await store(url, { token }).write(["bars a=1 1"]);
		expect(asked.map(({ authorization }) => authorization)).toEqual(["Token old", "Token new"]);
		expect(asked[1]?.body).toBe("bars a=1 1");
		expect(token.reads).toEqual([false, true]);
	});

	test("that is still the same is not tried again, and the error names the secret", async () => {
		const { url, asked } = await answers([401]);
		const error = await failure(store(url, { token: tokens("old") }).write(["bars a=1 1"]));
		expect(error.message).toContain("The token in the secret store-token may not write to the bucket b of o");
		expect(asked).toHaveLength(1);
	});

	test("without rights is an error that names the secret", async () => {
		const { url } = await answers([403]);
		expect((await failure(store(url, { token: tokens("old") }).write(["a b=1 1"]))).message).toContain("store-token");
	});

	test("that cannot be read: nothing is sent", async () => {
		const { url, asked } = await answers([204]);
		const token = { secret: "gone", read: async () => Promise.reject(new Error("no secret gone")) };
		expect((await failure(store(url, { token }).write(["a b=1 1"]))).message).toBe("no secret gone");
		expect(asked).toEqual([]);
	});
});

describe("a store that is too busy", () => {
	test.each([429, 503])("%i: is asked again once, when the time is over that it asks for", async (status) => {
		const { url, asked } = await answers([status, { "retry-after": "1" }], [204]);
		await store(url).write(["bars a=1 1"]);
		const [first, second] = asked;
		expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
		expect(second?.body).toBe("bars a=1 1");
	});

	test("and asks for more time than there is: the batch waits a while, and comes again", async () => {
		const { url, asked } = await answers([429, { "retry-after": "3600" }]);
		const before = performance.now();
		const error = await failure(store(url, { patience: 200 }).write(["bars a=1 1"]));
		expect(performance.now() - before).toBeGreaterThanOrEqual(190);
		expect(error).not.toBeInstanceOf(LinesRejected);
		expect(asked).toHaveLength(1);
	});
});

describe("a store that does not answer", () => {
	test.each<[string, Responder]>([
		["in time", () => {}],
		["and hangs up", (_, response) => response.destroy()],
	])("%s may come back", async (_, respond) => {
		const url = await answering(respond);
		const error = await failure(store(url, { timeout: 100 }).write(["bars a=1 1"]));
		expect(error.message).toContain(`The store at ${url} did not answer a write of 1 lines: `);
		expect(error).not.toBeInstanceOf(LinesRejected);
	});

	test("because nobody is there is told with the reason", async () => {
		const { message } = await failure(store("http://127.0.0.1:9").write(["bars a=1 1"]));
		expect(message).toMatch(/^The store at http:\/\/127\.0\.0\.1:9 did not answer.*(bad port|ECONNREFUSED)/);
	});

	test("with a certificate that can be trusted gets nothing, and the error says why", async () => {
		const bodies: string[] = [];
		const respond: Responder = (_, response, body) => {
			bodies.push(body);
			response.writeHead(204).end();
		};
		const url = await answering(respond, await ownCertificate());
		const { message } = await failure(store(url, { token: tokens("s3cret") }).write(["bars a=1 1"]));
		expect(message).toMatch(/did not answer a write of 1 lines: .*SELF_SIGNED_CERT/);
		expect(bodies).toEqual([]);
	});
});

/** A certificate that only its owner vouches for, made by the JDK. */
async function ownCertificate() {
	const { java } = await findPrerequisites(["jdk"]);
	const dir = mkdtempSync(join(tmpdir(), "tidemark-certificate-"));
	onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
	const [keystore, passphrase] = [join(dir, "store.p12"), "changeit"];
	const names = ["-alias", "store", "-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1"];
	const kind = ["-keyalg", "EC", "-storetype", "PKCS12", "-keystore", keystore, "-storepass", passphrase];
	execFileSync(join(dirname(java), "keytool"), ["-genkeypair", ...names, ...kind], { stdio: "ignore" });
	return { pfx: readFileSync(keystore), passphrase };
}

function pick(headers: IncomingMessage["headers"], ...names: string[]) {
	return Object.fromEntries(names.map((name) => [name, headers[name]]));
}
