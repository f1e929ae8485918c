import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { onStop } from "../../local/signals.ts";

function heard() {
	const source = new EventEmitter();
	const calls: string[] = [];
	let time = 0;
	const off = onStop(
		(signal) => calls.push(`first ${signal}`),
		(signal) => calls.push(`again ${signal}`),
		source,
		() => time,
	);
	return { source, calls, off, after: (ms: number) => (time += ms) };
}

test("one Ctrl-C that both the terminal and npm deliver is one", () => {
	const { source, calls, after } = heard();
	source.emit("SIGINT", "SIGINT");
	after(20);
	source.emit("SIGINT", "SIGINT");
	expect(calls).toEqual(["first SIGINT"]);
});

test("a second Ctrl-C is another one, whatever signal it is", () => {
	const { source, calls, after } = heard();
	source.emit("SIGTERM", "SIGTERM");
	after(1_000);
	source.emit("SIGINT", "SIGINT");
	after(10);
	source.emit("SIGHUP", "SIGHUP");
	expect(calls).toEqual(["first SIGTERM", "again SIGINT", "again SIGHUP"]);
});

test("afterwards nobody listens", () => {
	const { source, calls, off } = heard();
	off();
	source.emit("SIGINT", "SIGINT");
	expect(calls).toEqual([]);
	expect(source.listenerCount("SIGTERM")).toBe(0);
});
