import { describe, expect, test } from "vitest";
import { grafanaAt } from "../../../grafana/push/client.ts";
import { fillIn } from "../../../grafana/push/environment.ts";
import { isUserError } from "../../../local/errors.ts";
import { answering } from "../../support/http.ts";
import { fakeGrafana, token } from "./fake.ts";

describe("an address", () => {
	test.each([
		["grafana.example", /--url grafana.example is no address/],
		["ftp://grafana.example", /is no address/],
		["https://me:secret@grafana.example", /^--url has a password in it/],
		["http://grafana.example", /is not encrypted.*use https/],
		["http://127.example", /is not encrypted/],
	])("%s is refused", (url, message) => {
		expect(() => grafanaAt(url, token)).toThrow(message);
		expect(() => grafanaAt(url, token)).not.toThrow("secret");
	});

	test.each([
		["https://grafana.example/", "https://grafana.example"],
		["https://example.org/grafana/", "https://example.org/grafana"],
		["http://localhost:3000", "http://localhost:3000"],
		["http://[::1]:3000", "http://[::1]:3000"],
	])("%s is taken", (url, expected) => {
		expect(grafanaAt(url, token).url).toBe(expected);
	});
});

describe("what Grafana answers", () => {
	const at = async (status: number, body: string, headers: Record<string, string> = {}) =>
		grafanaAt(await answering((_, response) => response.writeHead(status, headers).end(body)), token);

	test("with 404 to a question is nothing, and to a write an error", async () => {
		const grafana = await at(404, '{"message":"Folder not found"}');
		expect(await grafana.get("/api/folders/x")).toBeUndefined();
		await expect(grafana.send("PUT", "/api/x", {})).rejects.toThrow(/answers 404 to PUT \/api\/x: Folder not found/);
	});

	test.each([
		[401, '{"message":"Invalid API key"}', /401 to POST \/api\/x: Invalid API key. Is the token/],
		[403, '{"message":"Permission denied"}', /Permission denied. The token's service account needs the role Admin/],
		[412, '{"message":"The dashboard has been changed","status":"version-mismatch"}', /412.*has been changed/],
		[500, "", /500.*no reason given/],
		[302, "", /sends elsewhere: give the address that Grafana itself has/],
		[200, "<!DOCTYPE html><html>", /with "<!DOCTYPE html><html>", which is no JSON: is it Grafana's address/],
	])("with %i %s is an error that says what to do", async (status, body, message) => {
		const grafana = await at(status, body, { location: "https://elsewhere.example" });
		const failure = await grafana.send("POST", "/api/x", {}).then(
			() => new Error("it was no error"),
			(error: Error) => error,
		);
		expect(failure.message).toMatch(message);
		expect(isUserError(failure)).toBe(true);
		expect(failure.message).not.toContain(token);
	});

	test("with nothing but success is success", async () => {
		expect(await (await at(202, "")).send("PUT", "/api/x", {})).toEqual({});
	});
});

test("where nobody listens the error has the address and the reason", async () => {
	await expect(grafanaAt("http://127.0.0.1:9", token).get("/api/x")).rejects.toThrow(
		/^Grafana at http:\/\/127.0.0.1:9 does not answer GET \/api\/x: /,
	);
});

test("the token goes along, and what was pushed may be edited", async () => {
	const seen: Record<string, unknown>[] = [];
	const url = await answering((request, response) => {
		seen.push(request.headers);
		response.end("{}");
	});
	await grafanaAt(url, token).send("POST", "/api/x", { a: 1 });
	expect(seen).toMatchObject([
		{ authorization: `Bearer ${token}`, "content-type": "application/json", "x-disable-provenance": "true" },
	]);
});

test("the fake Grafana of these tests refuses another token and what it does not know", async () => {
	const { url } = await fakeGrafana();
	await expect(grafanaAt(url, "other").get("/api/folders/x")).rejects.toThrow("Invalid API key");
	await expect(grafanaAt(url, token).send("POST", "/api/folders", { uid: "a", title: "b", c: 1 })).rejects.toThrow(
		'"c"',
	);
});

describe("the environment's values", () => {
	test("are put in wherever a text names them, and nowhere else", () => {
		const value = { a: "$ONE", b: ["Token $TWO", 3, null], c: { d: "$__timeFilter $symbol" } };
		expect(fillIn(value, { ONE: "1", TWO: "$ONE" })).toEqual({
			filled: { a: "1", b: ["Token $ONE", 3, null], c: { d: "$__timeFilter $symbol" } },
			missing: [],
		});
	});

	test("that are missing or empty are named once each", () => {
		expect(fillIn(["$ONE $TWO $ONE"], { TWO: "" })).toEqual({ filled: ["$ONE $TWO $ONE"], missing: ["ONE", "TWO"] });
	});
});
