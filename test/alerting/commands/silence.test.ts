import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { list } from "../../../alerting/commands/list-command.ts";
import { silence, silenceCommand } from "../../../alerting/commands/silence-command.ts";
import { readSilences } from "../../../alerting/silences.ts";
import { isUserError } from "../../../local/errors.ts";
import { takeMessages } from "../../support/queue.ts";
import { hit } from "../../support/samples.ts";
import { put } from "../../support/stream.ts";
import { type LiveStack, liveStack, useAccount } from "./support.ts";

let stack: LiveStack;
beforeAll(async () => {
	stack = await liveStack();
});
afterAll(async () => stack?.[Symbol.asyncDispose]());

const NOW = Date.parse("2026-03-02T12:00:00.000Z");
const idIn = (text: string) => /--end (\w+)$/.exec(text)?.[1] ?? "";
const untilNow = { for: "2h", reason: "earnings" };

describe("a silence", () => {
	test("is set for a symbol and all rules, and says how it is ended", async () => {
		const said = await silence("NOKIA", untilNow, NOW);
		expect(said).toMatch(
			/^NOKIA is silenced for all rules until 2026-03-02T14:00:00.000Z \(2h\): earnings\nEnd it before with: npx tidemark alerts silence --end \w{4}$/,
		);
		const id = idIn(said);
		expect((await readSilences(stack.table)).find((each) => each.id === id)).toEqual({
			id,
			symbol: "NOKIA",
			from: "2026-03-02T12:00:00.000Z",
			until: "2026-03-02T14:00:00.000Z",
			reason: "earnings",
		});
	});

	test("may be for one rule and a pattern", async () => {
		const said = await silence("BRK*", { for: "1h30m", reason: " thin ", rule: "silent" }, NOW);
		expect(said).toContain("BRK* is silenced for the rule silent until 2026-03-02T13:30:00.000Z (1h 30m): thin");
		expect(await readSilences(stack.table)).toContainEqual(expect.objectContaining({ symbol: "BRK*", rule: "silent" }));
	});

	test("is listed with the time that is left", async () => {
		const lines = (await silence(undefined, { list: true }, NOW + 5_400_000)).split("\n");
		expect(lines[0]).toMatch(/^id +symbol +rule +lasts +from +until +reason$/);
		expect(lines.find((line) => line.includes("NOKIA"))).toMatch(/^\w{4} +NOKIA +all +for 30m more +.*earnings$/);
		expect(lines.find((line) => line.includes("BRK*"))).toMatch(/^\w{4} +BRK\* +silent +over /);
	});

	test("is ended, and stays in the list as over", async () => {
		const id = idIn(await silence("ENDED", untilNow, NOW));
		expect(await silence(undefined, { end: id }, NOW + 1_000)).toBe(`The silence ${id} of ENDED is over`);
		expect(await silence(undefined, { end: id }, NOW + 2_000)).toBe(
			`The silence ${id} of ENDED was over at 2026-03-02T12:00:01.000Z`,
		);
		expect(await silence(undefined, { list: true }, NOW + 2_000)).toMatch(new RegExp(`${id} +ENDED +all +over`));
	});

	test("is set in an account as well", async () => {
		const back = useAccount(stack.endpoint);
		try {
			await silence("ACCOUNT", { ...untilNow, aws: true }, NOW);
		} finally {
			back();
		}
		expect(await readSilences(stack.table)).toContainEqual(expect.objectContaining({ symbol: "ACCOUNT" }));
	});

	test("keeps alerts back while it lasts, and what still holds is told when it is over", async () => {
		const id = idIn(await silence("AAPL", untilNow));
		const at = (second: number) => `2013-10-07T14:00:${String(second).padStart(2, "0")}.000Z`;
		const puts = (second: number) => put(stack.endpoint, stack.outputs.HitsStream, [hit({ event_time: at(second) })]);
		await puts(0);
		await put(stack.endpoint, stack.outputs.HitsStream, [hit({ symbol: "MSFT" })]);
		const told = async (count: number, timeout?: number) =>
			(await takeMessages(stack.endpoint, stack.outputs.AlertsQueueUrl, count, timeout ? { timeout } : {})).map(
				({ Body }) => JSON.parse(Body ?? "").alerts[0].alert_id,
			);
		expect(await told(1)).toEqual(["move|MSFT|hit 5m|2013-10-07T13:30:05.250Z"]);
		expect(await list({ since: "1h", suppressed: true })).toMatch(/AAPL +hit 5m +\w+ +firing +suppressed +silence/);
		await silence(undefined, { end: id });
		// The functions look for silences every five seconds.
		const after: string[] = [];
		for (let second = 1; second < 40 && after.length === 0; second++) {
			await puts(second);
			after.push(...(await told(1, 1_000)));
		}
		expect(after).toEqual([`move|AAPL|hit 5m|${at(0)}`]);
	});
});

describe("what is refused, before anything is written:", () => {
	const nothing = (symbol: string | undefined, options: Parameters<typeof silence>[1]) => {
		const said = silence(symbol, options, NOW);
		return { says: (text: string | RegExp) => expect(said).rejects.toThrow(text), said };
	};

	test.each([
		["no duration", { reason: "r" }, "Say for how long: --for 2h"],
		[
			"a duration that is none",
			{ for: "2 hours", reason: "r" },
			'--for: "2 hours" is no duration: write 30s, 10m, 1h30m or 2d',
		],
		["no time at all", { for: "0", reason: "r" }, "--for 0 must be more than 0 and at most 366d"],
		["years", { for: "367d", reason: "r" }, "--for 367d must be more than 0 and at most 366d"],
		["no reason", { for: "2h" }, 'Say why, for those who wonder: --reason "earnings"'],
		["an empty one", { for: "2h", reason: " " }, "Say why"],
		[
			"an unknown rule",
			{ for: "2h", reason: "r", rule: "fastmove" },
			"There is no rule fastmove; is fast-move meant? There are move, fast-move,",
		],
		[
			"a rule like no other",
			{ for: "2h", reason: "r", rule: "xxxxxxxx" },
			"There is no rule xxxxxxxx. There are move, fast-move,",
		],
	])("%s", async (_, options, text) => {
		const { says, said } = nothing("REFUSED", options);
		await says(text);
		await expect(said).rejects.toSatisfy(isUserError);
		expect((await readSilences(stack.table)).some(({ symbol }) => symbol === "REFUSED")).toBe(false);
	});

	test("an empty symbol, and all symbols but one", async () => {
		await nothing(" ", untilNow).says('" " is no symbol');
		await nothing("!AAPL", untilNow).says('"!AAPL" is no symbol, nor a pattern such as "BRK*"');
	});

	test("nothing to do, and two things at once", async () => {
		await nothing(undefined, {}).says("Say one thing: what to silence");
		await nothing("AAPL", { ...untilNow, list: true }).says("Say one thing");
		await nothing(undefined, { list: true, end: "k3x9" }).says("Say one thing");
		await nothing(undefined, { end: "k3x9", for: "2h" }).says("go with a symbol");
	});

	test("the end of what is not there, with those that are", async () => {
		const id = idIn(await silence("LASTS", untilNow, NOW));
		await nothing(undefined, { end: "none" }).says(new RegExp(`There is no silence none. Those that last: .*${id}`));
	});

	test("a run beside an account", async () => {
		const command = silenceCommand()
			.exitOverride()
			.configureOutput({ writeErr: () => {} });
		await expect(command.parseAsync(["--list", "--aws", "--run", "live"], { from: "user" })).rejects.toThrow(
			"cannot be used with",
		);
	});
});
