#!/usr/bin/env -S node --max-semi-space-size=8
// Starts the command line on a Node that runs TypeScript: this one if it can, else the one that npm install brought.
// The option above keeps a producer that runs for months small: Node's own limit lets short-lived objects take 128 MB.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const here = dirname(fileURLToPath(import.meta.url));
const own = join(here, "..", "node_modules", "node", "bin", "node");

// Compiled code is kept, here and for what this starts: a third of the time in which a command begins.
process.env.NODE_COMPILE_CACHE ??= join(here, "..", "node_modules", ".cache", "compiled");

if (major > 22 || (major === 22 && minor >= 18)) {
	module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
	await import("./cli.ts");
} else if (existsSync(own) && process.execPath !== own) {
	const limits = process.execArgv.filter((option) => option.startsWith("--max-"));
	const child = spawn(own, [...limits, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
	// The terminal's Ctrl-C reaches the child by itself; a signal to this process alone is passed on.
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
	child.on("exit", (code, signal) => {
		process.exitCode = code ?? 128 + (signal ? (constants.signals[signal] ?? 0) : 0);
	});
} else {
	process.stderr.write(
		`Tidemark needs Node 22.18 or newer and this is ${process.versions.node}. npm install brings one: run it, then start again.\n`,
	);
	process.exitCode = 1;
}
