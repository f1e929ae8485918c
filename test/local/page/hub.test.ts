import { describe, expect, test } from "vitest";
import { alertKey } from "../../../alerting/deliver/keys.ts";
import { AlertBook } from "../../../local/page/alerts.ts";
import { Hub, type Message } from "../../../local/page/hub.ts";
import type { AlertRow } from "../../../local/page/messages.ts";
import { alert, bar } from "./records.ts";

const START = "2013-10-07T13:30:00Z";
const fired = alert("AAA", START);
const alertRow = new AlertBook().take({
	...alertKey(fired),
	alert: fired,
	status: "sent",
	updated_at: START,
}) as AlertRow;

function browser(symbol: string | null) {
	const messages: Message[] = [];
	return { symbol, messages, deliver: (message: Message) => void messages.push(message) };
}

const names = (messages: Message[]) => messages.map((message) => message.name);
const resumed = (messages: Message[]) => (JSON.parse(messages[0]?.data ?? "{}") as { resumed: boolean }).resumed;

describe("a browser that is connected", () => {
	test("gets hello first, then the records of its symbol and everybody's, numbered", () => {
		const hub = new Hub("e");
		const client = browser("AAA");
		hub.connect(client, undefined);
		hub.publish("bar", "AAA", bar("AAA", START, 1));
		hub.publish("bar", "BBB", bar("BBB", START, 2));
		hub.publish("alert", null, alertRow);
		expect(names(client.messages)).toEqual(["hello", "bar", "alert"]);
		expect(client.messages.map((message) => message.id)).toEqual(["e-0", "e-1", "e-3"]);
		expect(JSON.parse(client.messages[1]?.data ?? "")).toEqual(bar("AAA", START, 1));
	});

	test("gets states without a number", () => {
		const hub = new Hub("e");
		const client = browser("AAA");
		hub.connect(client, undefined);
		hub.broadcast("quotes", []);
		expect(client.messages.at(-1)).toEqual({ name: "quotes", data: "[]" });
	});

	test("gets nothing after it has left", () => {
		const hub = new Hub("e");
		const client = browser("AAA");
		const leave = hub.connect(client, undefined);
		expect(hub.size).toBe(1);
		leave();
		hub.publish("bar", "AAA", bar("AAA", START, 1));
		hub.broadcast("quotes", []);
		expect(names(client.messages)).toEqual(["hello"]);
		expect(hub.size).toBe(0);
	});
});

describe("a browser that comes back", () => {
	function filled(count: number, keep?: number): Hub {
		const hub = new Hub("e", keep);
		for (let i = 1; i <= count; i += 1) hub.publish("bar", i % 2 ? "AAA" : "BBB", bar(i % 2 ? "AAA" : "BBB", START, i));
		return hub;
	}

	test("gets exactly what it missed of its symbol", () => {
		const client = browser("AAA");
		filled(6).connect(client, "e-2");
		expect(resumed(client.messages)).toBe(true);
		expect(client.messages.slice(1).map((message) => message.id)).toEqual(["e-3", "e-5"]);
	});

	test("that missed nothing goes on", () => {
		const client = browser("AAA");
		filled(6).connect(client, "e-6");
		expect(resumed(client.messages)).toBe(true);
		expect(client.messages).toHaveLength(1);
	});

	test.each([
		["has no number", undefined],
		["has an empty number", ""],
		["comes from another server", "f-3"],
		["names something that was never sent", "e-7"],
		["names no number", "e-x"],
	])("is told to fetch the history where it %s", (_, id) => {
		const client = browser("AAA");
		filled(6).connect(client, id);
		expect(resumed(client.messages)).toBe(false);
		expect(client.messages).toHaveLength(1);
	});

	test("too late for what is kept is told to fetch the history", () => {
		const hub = filled(100, 10);
		const [late, early] = [browser("AAA"), browser("AAA")];
		hub.connect(late, "e-50");
		hub.connect(early, "e-95");
		expect(resumed(late.messages)).toBe(false);
		expect(resumed(early.messages)).toBe(true);
		expect(early.messages.slice(1).map((message) => message.id)).toEqual(["e-97", "e-99"]);
	});

	test("keeps its place while it is being caught up, and takes the newest when its symbol was silent", () => {
		const [behind, silent] = [browser("AAA"), browser("CCC")];
		const hub = filled(6);
		hub.connect(behind, "e-2");
		hub.connect(silent, "e-6");
		expect(behind.messages[0]?.id).toBe("e-2");
		expect(silent.messages[0]?.id).toBe("e-6");
	});
});
