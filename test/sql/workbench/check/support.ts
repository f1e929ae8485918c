import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { sqlDir } from "../../../../sql/workbench/properties.ts";
import { sqlFiles } from "../../../../sql/workbench/sql-files.ts";
import { tempDir } from "../../../local/support.ts";

/** In a file, one text becomes another. */
export type Edit = [file: string, from: string, to: string];

/** A copy of the repository's SQL with one edit. */
export function edited(...[file, from, to]: Edit): string {
	const dir = tempDir();
	for (const each of sqlFiles(sqlDir)) cpSync(join(sqlDir, each), join(dir, each));
	const text = readFileSync(join(dir, file), "utf8");
	expect(text.split(from), `${from} once in ${file}`).toHaveLength(2);
	writeFileSync(
		join(dir, file),
		text.replace(from, () => to),
	);
	return dir;
}

/** A small SQL directory with a source `orders` and a lookup table `rates`, and these files. */
export function smallSql(files: Record<string, string>): string {
	const dir = tempDir();
	const all: Record<string, string> = {
		"properties.json": "{}",
		"1_sources/orders.sql": `-- One row: an order. Key: customer, order_id. Time: ordered_at.
CREATE TABLE orders (
  order_id STRING,
  customer STRING,
  amount DOUBLE,
  ordered_at TIMESTAMP_LTZ(3),
  proc_time AS PROCTIME(),
  WATERMARK FOR ordered_at AS ordered_at - INTERVAL '2' SECOND
) WITH ('connector' = 'datagen');`,
		"3_sinks/out/results.sql": `CREATE TABLE \`out\`.results (customer STRING, amount DOUBLE) WITH ('connector' = 'blackhole');`,
		"4_job.sql": `EXECUTE STATEMENT SET
BEGIN
  INSERT INTO \`out\`.results SELECT customer, amount FROM spending;
END;`,
		...files,
	};
	for (const [file, text] of Object.entries(all)) {
		mkdirSync(dirname(join(dir, file)), { recursive: true });
		writeFileSync(join(dir, file), `${text}\n`);
	}
	return dir;
}
