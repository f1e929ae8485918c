import { createServer, type Server } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { choosePorts, defaultPorts, isFree, parsePort } from "../../local/ports.ts";

/** Takes a port of the loopback interface for the test; returns it. */
async function taken(host = "127.0.0.1"): Promise<number> {
	const server: Server = createServer();
	await new Promise<void>((resolve) => server.listen(0, host, resolve));
	onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
	return (server.address() as { port: number }).port;
}

async function free(): Promise<{ aws: number; flink: number; questdb: number; page: number }> {
	return choosePorts({}, { pickFree: true });
}

describe("a port on the command line", () => {
	test.each([
		["1", 1],
		["8080", 8080],
		["65535", 65_535],
	])("%s is one", (text, port) => expect(parsePort(text)).toBe(port));

	test.each(["0", "65536", "-1", "80.5", "http", "", "0x50", " 80"])("%j is none", (text) => {
		expect(() => parsePort(text)).toThrow(`${JSON.stringify(text)} is not a port`);
	});
});

describe("choosing ports", () => {
	test("takes what was asked for", async () => {
		const asked = await free();
		expect(await choosePorts(asked)).toEqual(asked);
	});

	test("names every taken port, what wants it and the option that changes it, in one error", async () => {
		const [a, b] = [await taken(), await taken()];
		const asked = { ...(await free()), aws: a, questdb: b };
		await expect(choosePorts(asked)).rejects.toThrow(
			`port ${a}, which the AWS emulator wants, is taken: choose another one with --port-aws N\n` +
				`port ${b}, which QuestDB wants, is taken: choose another one with --port-questdb N`,
		);
	});

	test("refuses one port for two", async () => {
		const asked = await free();
		await expect(choosePorts({ ...asked, page: asked.flink })).rejects.toThrow(
			`port ${asked.flink} is wanted by both Flink's REST interface and the live page`,
		);
	});

	test("leaves out parts that are not wanted", async () => {
		const asked = { ...(await free()), page: await taken() };
		expect(await choosePorts(asked, { names: ["aws", "flink", "questdb"] })).toMatchObject({ aws: asked.aws });
	});

	test("picks free ones that differ, below those of outgoing connections", async () => {
		const ports = Object.values(await free());
		expect(new Set(ports).size).toBe(4);
		for (const port of ports) {
			expect(port).toBeLessThan(32_000);
			expect(await isFree(port)).toBe(true);
		}
	});

	test("keeps what was asked for where the others are picked", async () => {
		const { aws } = await free();
		const ports = await choosePorts({ aws }, { pickFree: true });
		expect(ports.aws).toBe(aws);
		expect(ports.page).not.toBe(defaultPorts.page);
	});
});

test("a port is not free if someone listens on all interfaces", async () => {
	expect(await isFree(await taken("0.0.0.0"))).toBe(false);
});
