import { describe, expect, test } from "vitest";
import { Bell, pause, unlessAborted } from "../../producer/wait.ts";

const never = new Promise<never>(() => {});

describe("a pause", () => {
	test("is as long as asked for, and none where nothing is asked for", async () => {
		const began = performance.now();
		await pause(0, new AbortController().signal);
		await pause(-5, new AbortController().signal);
		await pause(20, new AbortController().signal);
		expect(performance.now() - began).toBeGreaterThanOrEqual(19);
	});

	test("ends with its signal, without an error", async () => {
		const stop = new AbortController();
		const paused = pause(3_600_000, stop.signal);
		stop.abort();
		await paused;
		await pause(3_600_000, stop.signal);
	});
});

describe("a bell", () => {
	test("has rung once its promise is settled, well or not", async () => {
		expect(await new Bell(Promise.resolve()).before(never)).toBe(true);
		expect(await new Bell(Promise.reject(new Error("no"))).before(never)).toBe(true);
	});

	test("has not rung before what settles earlier, and may be asked again", async () => {
		let ring = (): void => {};
		const bell = new Bell(
			new Promise<void>((resolve) => {
				ring = resolve;
			}),
		);
		expect(await bell.before(Promise.resolve())).toBe(false);
		expect(await bell.before(Promise.reject(new Error("no")))).toBe(false);
		const asked = bell.before(never);
		ring();
		expect(await asked).toBe(true);
		expect(await bell.before(Promise.resolve())).toBe(true);
	});
});

describe("a promise, unless it is too late for it", () => {
	test("gives what it gives, and its failure", async () => {
		const { signal } = new AbortController();
		expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
		await expect(unlessAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
	});

	test("gives nothing once the signal is aborted, also before it began to wait", async () => {
		const stop = new AbortController();
		const waiting = unlessAborted(never, stop.signal);
		stop.abort();
		expect(await waiting).toBeUndefined();
		expect(await unlessAborted(never, stop.signal)).toBeUndefined();
	});
});
