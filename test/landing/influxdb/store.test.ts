import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { LinesRejected, lineStore } from "../../../landing/influxdb/store.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;
const servers: ReturnType<typeof createServer>[] = [];

afterEach(async () => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

/** The address of a server that answers every request as told. */
async function answering(answer: Answer): Promise<string> {
	const server = createServer((request, response) => {
		let body = "";
		request.on("data", (part) => {
			body += part;
		});
		request.on("end", () => answer(request, response, body));
	});
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("all lines go in one request, with the bucket, the organisation and times in milliseconds", async () => {
	const requests: { url?: string; authorization?: string; body: string }[] = [];
	const url = await answering(({ url, headers }, response, body) => {
		requests.push({ url: url ?? "", authorization: headers.authorization ?? "", body });
		response.writeHead(204).end();
	});
	await lineStore({ url, bucket: "b&b", org: "o", token: "secret" }).write(["bars a=1 1", "bars a=2 2"]);
	expect(requests).toEqual([
		{
			url: "/api/v2/write?org=o&bucket=b%26b&precision=ms",
			authorization: "Token secret",
			body: "bars a=1 1\nbars a=2 2",
		},
	]);
});

test("without a token there is no authorization", async () => {
	let headers: IncomingMessage["headers"] = {};
	const url = await answering((request, response) => {
		headers = request.headers;
		response.writeHead(204).end();
	});
	await lineStore({ url, bucket: "b", org: "o" }).write(["bars a=1 1"]);
	expect(headers).not.toHaveProperty("authorization");
});

describe("an answer that is no success", () => {
	test.each([400, 413, 422])("%i rejects the lines", async (status) => {
		const url = await answering((_, response) => response.writeHead(status).end("line 1: wrong"));
		const write = lineStore({ url, bucket: "b", org: "o" }).write(["bars a=1 1"]);
		await expect(write).rejects.toThrow(LinesRejected);
		await expect(write).rejects.toThrow(`answered ${status} to a write of 1 lines: line 1: wrong`);
	});

	test.each([401, 403, 404, 408, 429, 500, 503])("%i may pass, or be mended", async (status) => {
		const url = await answering((_, response) => response.writeHead(status).end("later"));
		const error = await lineStore({ url, bucket: "b", org: "o", token: "secret" })
			.write(["bars a=1 1"])
			.catch((thrown) => thrown);
		expect(error).toBeInstanceOf(Error);
		expect(error).not.toBeInstanceOf(LinesRejected);
		expect(error.message).toContain(`answered ${status}`);
		expect(error.message).not.toContain("secret");
	});
});

test("a store that does not answer in time, or not at all, may come back", async () => {
	const silent = await answering(() => {});
	const late = lineStore({ url: silent, bucket: "b", org: "o", timeout: 50 }).write(["bars a=1 1"]);
	await expect(late).rejects.toThrow("did not answer a write of 1 lines");
	await expect(late).rejects.not.toThrow(LinesRejected);
	const nobody = lineStore({ url: "http://127.0.0.1:9", bucket: "b", org: "o" }).write(["bars a=1 1"]);
	await expect(nobody).rejects.toThrow("The store at http://127.0.0.1:9 did not answer");
});
