import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { list, listCommand } from "../../../alerting/commands/list-command.ts";
import { textOf } from "../../../alerting/deliver/keys.ts";
import { newSeries } from "../../../alerting/engine/engine.ts";
import type { Alert } from "../../../alerting/engine/types.ts";
import { hit } from "../../support/samples.ts";
import { put } from "../../support/stream.ts";
import { type LiveStack, liveStack, useAccount } from "./support.ts";

let stack: LiveStack;
const at = (clock: string) => `2013-10-07T${clock}:00.000Z`;
const lines = async (options: Parameters<typeof list>[0]) => (await list(options)).split("\n");

beforeAll(async () => {
	stack = await liveStack();
	expect(await list({ since: "24h" })).toBe("There are no alerts of the last 24h");
	// One that is told, and one that its cooldown keeps back.
	await put(stack.endpoint, stack.outputs.HitsStream, [
		hit({ event_time: at("14:00") }),
		hit({ event_time: at("14:01"), state: "cleared" }),
		hit({ event_time: at("14:02") }),
	]);
	// Sent is written down after the message.
	await vi.waitFor(async () => expect(await list({ since: "24h" })).toContain(" sent "), {
		timeout: 30_000,
		interval: 100,
	});
});
afterAll(async () => stack?.[Symbol.asyncDispose]());

test("is a table of what was told and what was not, and why, the newest last", async () => {
	const [head, rule, ...rows] = await lines({ since: "24h" });
	expect(head).toMatch(/^event time +rule +symbol +series +severity +state +status +reason +subject$/);
	expect(rule).toMatch(/^[─ ]+$/);
	expect(rows).toEqual([
		expect.stringMatching(
			/^2013-10-07T14:02:00.000Z +move +AAPL +hit 5m +warning +firing +suppressed +cooldown +AAPL up/,
		),
		expect.stringMatching(
			/^2013-10-07T14:00:00.000Z +move +AAPL +hit 5m +warning +firing +sent +AAPL up \+1.04 % in 5m/,
		),
		"(2 rows)",
	]);
});

test("can be of those only that were not told", async () => {
	const rows = (await lines({ since: "24h", suppressed: true })).slice(2);
	expect(rows).toEqual([expect.stringContaining("cooldown"), "(1 row)"]);
	expect(await list({ since: "24h", suppressed: true }, Date.now() + 2 * 86_400_000)).toBe(
		"There are no suppressed alerts of the last 24h",
	);
});

test("as JSON has everything that an alert says", async () => {
	const alerts = JSON.parse(await list({ since: "24h", json: true }));
	expect(alerts).toHaveLength(2);
	expect(alerts[1]).toEqual({
		status: "sent",
		reason: null,
		updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
		message_id: expect.stringMatching(/.+/),
		alert: expect.objectContaining({
			alert_id: `move|AAPL|hit 5m|${at("14:00")}`,
			late: false,
			record: expect.objectContaining({ threshold_pct: 1 }),
		}),
	});
	expect(alerts[0]).toMatchObject({ status: "suppressed", reason: "cooldown", message_id: null });
});

test("is by when something became of an alert, over the turn of days too", async () => {
	const inTwoDays = Date.now() + 2 * 86_400_000;
	expect(await list({ since: "1d" }, inTwoDays)).toBe("There are no alerts of the last 1d");
	expect(await list({ since: "3d" }, inTwoDays)).toContain("(2 rows)");
});

test("says what SNS refused, and that a record came late; nothing in it can write to the terminal", async () => {
	const alert: Alert = {
		...(JSON.parse(await list({ since: "24h", json: true }))[1].alert as Alert),
		symbol: "EV\u001b[31mIL\nX",
		late: true,
	};
	await stack.table.commit(alert, { state: newSeries, version: 0, outbox: [] }, [{ alert }]);
	const [item] = (await stack.table.changedOn(new Date().toISOString().slice(0, 10))).filter(
		(each) => each.alert.symbol === alert.symbol,
	);
	const key = textOf(item ?? { pk: "", sk: "" });
	await stack.table.claim(key, Date.now() + 60_000, Date.now());
	expect((await lines({ since: "1h" })).at(-2)).toMatch(/EV\?\[31mIL\?X +hit 5m +warning +firing, late +sending +AAPL/);
	await stack.table.settle(key, { status: "refused", reason: "Invalid parameter: Message" });
	expect((await lines({ since: "1h", suppressed: true })).at(-2)).toMatch(/ refused +Invalid parameter: Message +AAPL/);
	await stack.table.sendAgain(key);
	expect((await lines({ since: "1h" })).at(-2)).toMatch(/ waiting +AAPL/);
});

describe("of", () => {
	test("an account", async () => {
		const back = useAccount(stack.endpoint);
		try {
			expect(await list({ since: "24h", aws: true })).toMatch(/ sent .* up /);
		} finally {
			back();
		}
	});

	test("an account without a stack, or that does not answer, it says where it looked", async () => {
		const back = useAccount(stack.endpoint);
		try {
			process.env.AWS_REGION = "eu-central-1";
			await expect(list({ since: "24h", aws: true })).rejects.toThrow(
				"There is no stack TidemarkAlerting in the region eu-central-1: deploy it, or name the right account and region",
			);
			await expect(list({ since: "24h", aws: true, env: "prod" })).rejects.toThrow("no stack TidemarkProdAlerting in");
			await expect(list({ since: "24h", aws: true, config: '{"prefix":"mine"}' })).rejects.toThrow(
				"no stack MineAlerting",
			);
			process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:1";
			await expect(list({ since: "24h", aws: true })).rejects.toThrow(
				/AWS does not say the outputs of the stack TidemarkAlerting: .*AWS_PROFILE and AWS_REGION/,
			);
		} finally {
			back();
		}
	});

	test("a run that has ended: its emulator is started for it", async () => {
		await stack.copyAsRun("ended");
		expect(await list({ since: "24h", run: "ended" })).toMatch(/ sent .* up /);
	});
});

test("refuses a time that is none", async () => {
	await expect(list({ since: "yesterday" })).rejects.toThrow('--since: "yesterday" is no duration: write 30s, 10m');
	await expect(list({ since: "0" })).rejects.toThrow("--since 0 must be more than 0");
	expect(listCommand().opts().since).toBe("24h");
});
