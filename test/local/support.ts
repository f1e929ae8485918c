import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory of the running test's own, removed at its end. */
export function tempDir(): string {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-local-"));
	onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
	return dir;
}

/** A program that runs a shell script; returns its path. */
export function script(path: string, body: string): string {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, `#!/bin/sh\n${body}\n`);
	chmodSync(path, 0o755);
	return path;
}

/** Keeps what Tidemark writes in a directory of the test's own; the real tools can still be used. */
export function useState(dir: string, tools?: string): void {
	const before = { state: process.env.TIDEMARK_STATE, tools: process.env.TIDEMARK_TOOLS };
	process.env.TIDEMARK_STATE = dir;
	if (tools !== undefined) process.env.TIDEMARK_TOOLS = tools;
	onTestFinished(() => {
		restore("TIDEMARK_STATE", before.state);
		restore("TIDEMARK_TOOLS", before.tools);
	});
}

function restore(name: string, value: string | undefined): void {
	if (value === undefined) delete process.env[name];
	else process.env[name] = value;
}

/** An HTTP server on a free port that answers each path with a value as JSON; a path without an answer is a 404. */
export async function jsonServer(answer: (path: string, method: string) => unknown): Promise<string> {
	const server: Server = createServer((request, response) => {
		const value = answer(request.url ?? "", request.method ?? "");
		response.statusCode = value === undefined ? 404 : 200;
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify(value ?? { errors: ["not found"] }));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(
		() =>
			new Promise<void>((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	);
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
