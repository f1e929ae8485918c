import { describe, expect, test } from "vitest";
import { covers, type Silence, silenceReader } from "../../alerting/silences.ts";

const silence: Silence = {
	id: "k3x9",
	symbol: "BRK.*",
	from: "2026-11-24T15:00:00.000Z",
	until: "2026-11-24T16:00:00.000Z",
	reason: "earnings",
};
const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);

describe("a silence covers", () => {
	test.each([
		["14:59:59.999", false],
		["15:00:00.000", true],
		["15:59:59.999", true],
		["16:00:00.000", false],
	])("its time: %s %s", (time, expected) => {
		expect(covers(silence, "BRK.A", "move", at(time))).toBe(expected);
	});

	test("its symbols and its rule", () => {
		const now = at("15:30:00.000");
		expect(covers(silence, "BRK", "move", now)).toBe(false);
		expect(covers({ ...silence, symbol: "*" }, "BRK", "move", now)).toBe(true);
		expect(covers({ ...silence, rule: "gap" }, "BRK.A", "move", now)).toBe(false);
		expect(covers({ ...silence, rule: "gap" }, "BRK.A", "gap", now)).toBe(true);
	});
});

test("the reader asks the table at most every five seconds, leaves out what is no silence, and looks at the clock each time", async () => {
	let now = at("15:30:00.000");
	let asked = 0;
	const { id: sk, ...item } = silence;
	const table = {
		partition: async () => {
			asked++;
			return [
				{ pk: "silence", sk: "broken", until: 5 },
				{ pk: "silence", sk, ...item },
			];
		},
	};
	const read = silenceReader(table as never, () => now);
	const silenced = await read();
	expect([silenced("BRK.A", "move"), silenced("IBM", "move")]).toEqual([true, false]);
	now += 4_999;
	await read();
	expect(asked).toBe(1);
	now += 1;
	await read();
	expect(asked).toBe(2);
	now = at("16:00:00.000");
	expect(silenced("BRK.A", "move")).toBe(false);
});
