import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadRules } from "../../../alerting/rules/load.ts";
import { root } from "../../../local/paths.ts";
import { everyMove } from "./rules.ts";

const own = loadRules(readFileSync(join(root, "alerting/rules.yaml"), "utf8"));
const ours = loadRules(everyMove());

test("each move is told at once, and no storm holds it back", () => {
	const [move] = ours.on("hit");
	expect(move).toMatchObject({ name: "move", group: 0 });
	expect(move?.for("B01")).toMatchObject({ cooldown: 0 });
	expect(ours.storm).toEqual({ moreThan: 100, within: 1_000 });
});

test("all else is as Tidemark comes", () => {
	expect(ours.rules.map(({ name }) => name)).toEqual(own.rules.map(({ name }) => name));
	const facts = ({ name, fingerprint, group }: (typeof own.rules)[number]) => ({ name, fingerprint, group });
	expect(ours.rules.slice(1).map(facts)).toEqual(own.rules.slice(1).map(facts));
	expect(own.rules[0]?.name).toBe("move");
});
