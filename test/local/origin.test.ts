import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Origin, whyAnew } from "../../local/origin.ts";
import { placesIn } from "../../local/stack.ts";
import { tempDir } from "./support.ts";

const before: Origin = { stream: "trades of noon", runner: "abc" };

/** A stack that took a checkpoint and whose emulator saved its state, at these seconds; undefined is never. */
function stack({ checkpointAt, savedAt }: { checkpointAt?: number; savedAt?: number }): string {
	const dir = tempDir();
	const touch = (file: string, at: number | undefined) => {
		if (at === undefined) return;
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, "x");
		utimesSync(file, at, at);
	};
	touch(join(placesIn(dir).checkpoints, "job", "chk-1", "_metadata"), checkpointAt);
	touch(join(placesIn(dir).emulator, "state", "kinesis.json"), savedAt);
	return dir;
}

describe("a job goes on from its checkpoint", () => {
	test("while stream and runner are the same and the emulator has all that the checkpoint knows of", () => {
		expect(whyAnew(stack({ checkpointAt: 1_000, savedAt: 2_000 }), before, { ...before })).toBeUndefined();
	});
});

describe("a job begins anew", () => {
	test.each([
		[{ ...before, stream: "trades of one o'clock" }, "The stream of trades is not the one of the last start"],
		[{ ...before, runner: "def" }, "The runner changed since the last start"],
	])("with %j", (now, reason) => {
		expect(whyAnew(stack({ checkpointAt: 1_000, savedAt: 2_000 }), before, now)).toBe(reason);
	});

	test("without a checkpoint, as what it read may be in the lake of an emulator that was killed", () => {
		expect(whyAnew(stack({ savedAt: 1_000 }), before, before)).toBe("The last start came to no checkpoint");
	});

	test.each([[1_000], [undefined]])("with a checkpoint newer than what the emulator saved at %s", (savedAt) => {
		const dir = stack({ checkpointAt: 2_000, ...(savedAt === undefined ? {} : { savedAt }) });
		expect(whyAnew(dir, before, before)).toBe("The emulator was killed and lost what came after its start");
	});
});
