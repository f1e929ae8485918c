import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../local/paths.ts";
import { opensOf } from "../../../sql/workbench/jvm.ts";

test("the JVM is opened as for the runner's own tests, whose memory is their own", () => {
	const opens = opensOf(readFileSync(join(root, "sql", "runner", "pom.xml"), "utf8"));
	// Iceberg's writer fails without this one.
	expect(opens).toContain("--add-opens=java.base/java.nio=ALL-UNNAMED");
	expect(opens.every((option) => option.startsWith("--add-"))).toBe(true);
});

test("options over several lines are split, and a pom without them is a defect", () => {
	expect(opensOf("<flink.opens>--add-opens=a\n\t--add-exports=b -Xmx1g</flink.opens>")).toEqual([
		"--add-opens=a",
		"--add-exports=b",
	]);
	expect(() => opensOf("<project/>")).toThrow("no property flink.opens");
});
