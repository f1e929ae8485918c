import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addSendOptions, latenessOf, parseSize, recordLine, type SendOptions } from "../../producer/sending.ts";
import { outgoing } from "./support.ts";

/** What a command with the options of sending makes of its arguments, or what it says of them. */
function parsed(...args: string[]): SendOptions | string {
	let said = "";
	const command = addSendOptions(new Command("try"))
		.exitOverride()
		.configureOutput({
			writeErr: (text) => {
				said += text;
			},
		});
	try {
		return command.parse(args, { from: "user" }).opts<SendOptions>();
	} catch {
		return said.trim();
	}
}

describe("the options of sending", () => {
	test("are none by default", () => {
		expect(parsed()).toEqual({});
	});

	test("are read", () => {
		const args =
			"--stream s --endpoint aws --region eu-central-1 --lateness 1.5 --aggregate on --spool here --spool-max 2GB";
		expect(parsed(...args.split(" "), "--rejects", "r.jsonl", "--health", "h.json", "--verbose")).toEqual({
			stream: "s",
			endpoint: "aws",
			region: "eu-central-1",
			lateness: 1.5,
			aggregate: "on",
			spool: "here",
			spoolMax: 2 * 1024 ** 3,
			rejects: "r.jsonl",
			health: "h.json",
			verbose: true,
		});
	});

	test.each([
		[["--lateness", "soon"], "option '--lateness <seconds>' argument 'soon' is invalid. Give a number, 0 or more."],
		[["--lateness", "-1"], "option '--lateness <seconds>' argument '-1' is invalid. Give a number, 0 or more."],
		[
			["--aggregate", "maybe"],
			"option '--aggregate <when>' argument 'maybe' is invalid. Allowed choices are auto, on, off.",
		],
		[
			["--spool-max", "much"],
			"option '--spool-max <size>' argument 'much' is invalid. Give a size such as 500MB or 2GB.",
		],
		[["--spool-max", "0"], "option '--spool-max <size>' argument '0' is invalid. Give a size such as 500MB or 2GB."],
		[
			["--spool-max", "5XB"],
			"option '--spool-max <size>' argument '5XB' is invalid. Give a size such as 500MB or 2GB.",
		],
		[["--rejects"], "option '--rejects <file>' argument missing"],
		[["--nonsense"], "unknown option '--nonsense'"],
	])("are refused with what is wrong and what to give: %j", (args, message) => {
		expect(parsed(...args)).toBe(`error: ${message}`);
	});

	test("say the lateness in milliseconds, two seconds if not given", () => {
		expect(latenessOf({})).toBe(2000);
		expect(latenessOf({ lateness: 0.5 })).toBe(500);
	});
});

test.each([
	["1", 1],
	["1KB", 1024],
	["1.5 kb", 1536],
	["500MB", 500 * 1024 ** 2],
	["2G", 2 * 1024 ** 3],
	["17B", 17],
])("a size of %s is %i bytes", (text, bytes) => {
	expect(parseSize(text)).toBe(bytes);
});

describe("a record's line", () => {
	const record = outgoing("SPY", Date.parse("2020-05-14T13:30:00.000Z"));

	test("says where it is", () => {
		expect(recordLine(record, { shardId: "shardId-000000000001", sequenceNumber: "4957" })).toBe(
			`2020-05-14T13:30:00.000Z SPY ${record.data.length} bytes shardId-000000000001 4957 sent`,
		);
	});

	test("says why it was refused, and that it has no time", () => {
		expect(recordLine({ ...record, time: undefined }, { refused: new Error("Rate exceeded") })).toBe(
			`no time SPY ${record.data.length} bytes refused: Rate exceeded`,
		);
	});
});
