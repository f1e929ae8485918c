import { expect, test } from "vitest";
import type { AlertItem } from "../../alerting/deliver/table.ts";
import { changesSince } from "../../local/alert-changes.ts";

const at = (time: string) => Date.parse(`2026-11-${time}Z`);

async function asked(from: string, to: string): Promise<string[]> {
	const days: string[] = [];
	const changedOn = async (day: string, after?: string) => {
		days.push(`${day} after ${after}`);
		return [{ sk: day }] as AlertItem[];
	};
	const items = await changesSince({ changedOn }, at(from), at(to));
	expect(items.map(({ sk }) => sk)).toEqual(days.map((day) => day.slice(0, 10)));
	return days;
}

test("changes are looked for on each day that there was in between, the oldest first", async () => {
	expect(await asked("22T15:00:00.500", "22T15:00:01")).toEqual(["2026-11-22 after 2026-11-22T15:00:00.500Z"]);
	expect(await asked("22T23:59:59.999", "23T00:00:00")).toEqual([
		"2026-11-22 after 2026-11-22T23:59:59.999Z",
		"2026-11-23 after 2026-11-22T23:59:59.999Z",
	]);
	expect(await asked("14T15:00:00", "22T15:00:00")).toHaveLength(9);
	// A clock that was set back finds nothing and goes on when it is there again.
	expect(await asked("22T15:00:00", "21T15:00:00")).toEqual([]);
});
