/** What docs/athena.md says of the two engines, seen in DuckDB; npm run test:trino sees the same in Trino. */
import { expect, test } from "vitest";
import { memoryLake } from "../../sql/athena/lake.ts";
import { differences, remaining } from "../../trino/differences.ts";

async function ask(sql: string): Promise<string> {
	const { connection } = await memoryLake();
	return String((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0]);
}

test.each(differences.map((each) => [each.what, each] as const))("%s", async (_, { sql, answer }) => {
	expect(await ask(sql)).toBe(answer);
});

test.each(remaining.map((each) => [each.what, each] as const))("stays different: %s", async (_, { sql, duckdb }) => {
	expect(await ask(sql)).toBe(duckdb);
});
