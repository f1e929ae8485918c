/** The committed files: as the code makes them, and as Grafana wants them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { z } from "zod";
import { generated, generatedDir } from "../../grafana/generate.ts";
import { market, symbol } from "../../grafana/panels/bars.ts";
import { batch } from "../../grafana/panels/batch.ts";
import { pipeline } from "../../grafana/panels/pipeline.ts";
import { dataSources, stores } from "../../grafana/stores.ts";
import { postgresPort } from "../../local/questdb.ts";
import { variablesIn } from "./macros.ts";
import { Dashboard, provisioningFiles } from "./schema.ts";

const files = readdirSync(generatedDir, { recursive: true, withFileTypes: true })
	.filter((entry) => entry.isFile())
	.map((entry) => join(entry.parentPath, entry.name).slice(generatedDir.length + 1))
	.sort();
const read = (path: string) => readFileSync(join(generatedDir, path), "utf8");
const boards = files.filter((path) => path.startsWith("dashboards/"));
const dashboardOf = (path: string) => Dashboard.parse(JSON.parse(read(path)));

test("the files are those that the code makes; else: npm run grafana", () => {
	const made = generated();
	expect(files).toEqual([...made.keys()].sort());
	for (const [path, text] of made) expect([path, read(path)]).toEqual([path, text]);
});

test("there are Market and Symbol of each store, and Pipeline and Batch", () => {
	const ofStores = stores.flatMap((store) => ["market", "symbol"].map((name) => `dashboards/${store}/${name}.json`));
	const others = ["aws/pipeline", "aws/batch", "questdb/pipeline"].map((name) => `dashboards/${name}.json`);
	expect(boards).toEqual([...ofStores, ...others].sort());
	const titles = boards.map((path) => dashboardOf(path).title);
	expect(titles.filter((title) => title.startsWith("Market"))).toHaveLength(stores.length);
});

describe.each(boards)("%s", (path) => {
	const board = dashboardOf(path);

	test("has panels with ids of their own, and none lies over another or beyond the edge", () => {
		const ids = board.panels.map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
		const cells = new Set<string>();
		for (const { gridPos, title } of board.panels) {
			expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
			for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
				for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
					expect([title, cells.has(`${x} ${y}`)]).toEqual([title, false]);
					cells.add(`${x} ${y}`);
				}
		}
	});

	test("leaves no gap between panels from top to bottom", () => {
		const lines = new Set(board.panels.flatMap(({ gridPos: { y, h } }) => Array.from({ length: h }, (_, i) => y + i)));
		expect(lines.size).toBe(Math.max(...lines) + 1);
	});

	test("defines each variable that it uses, and uses each that it defines", () => {
		const { list } = board.templating;
		const names = list.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		// What CloudWatch's labels say of a dimension is no variable.
		const text = JSON.stringify([board.panels, board.annotations, list.map(({ query, regex }) => [query, regex])]);
		const used = new Set(variablesIn(text.replaceAll(/\$\{PROP\([^)]*\)\}/g, "")));
		expect([...used].sort()).toEqual([...names].sort());
	});

	test("asks each panel's data source, and each query has a letter of its own", () => {
		const known = Object.values(dataSources).map(({ uid }) => uid);
		for (const { datasource, targets } of board.panels) {
			expect(known).toContain(datasource.uid);
			expect(targets.map((each) => each.datasource.uid)).toEqual(targets.map(() => datasource.uid));
			const letters = targets.map(({ refId }) => refId);
			expect(new Set(letters).size).toBe(letters.length);
		}
	});

	test("can be asked again each second", () => {
		expect(board.timepicker.refresh_intervals.slice(0, 3)).toEqual(["1s", "2s", "5s"]);
	});
});

test("dashboards of a live store are asked again every 5 seconds, those that Athena answers only by hand", () => {
	const refreshes = Object.fromEntries(boards.map((path) => [path.slice(11, -5), dashboardOf(path).refresh]));
	for (const [name, refresh] of Object.entries(refreshes)) {
		const asksAthena = name.startsWith("athena/") || name === "aws/batch";
		expect([name, refresh]).toEqual([name, asksAthena ? "" : name === "aws/pipeline" ? "5m" : "5s"]);
	}
});

test("no uid is there twice, and all are Tidemark's", () => {
	const uids = boards.map((path) => dashboardOf(path).uid);
	expect(new Set(uids).size).toBe(uids.length);
	for (const uid of uids) expect(uid).toMatch(/^tidemark-/);
});

test("the same panel is the same in each store but for its query", () => {
	for (const name of ["market", "symbol"]) {
		const [first, ...others] = stores.map((store) =>
			dashboardOf(`dashboards/${store}/${name}.json`).panels.map(({ targets: _, datasource: __, ...rest }) => rest),
		);
		for (const other of others) expect(other).toEqual(first);
	}
});

describe("panels", () => {
	const specs = [...market, ...symbol, ...pipeline, ...batch()];

	test("have units, words for no data, and a description", () => {
		expect(specs.length).toBeGreaterThan(30);
		for (const { title, unit, noValue, description } of specs)
			for (const text of [title, unit, noValue, description]) expect(text.trim()).not.toBe("");
	});

	test("that colour or rename a column name one that their query answers", () => {
		for (const spec of [...market, ...symbol]) {
			const { fieldConfig } = spec.draw().build();
			const columns = [...spec.needs.text, ...spec.needs.numbers, "Time", "position"];
			for (const { matcher } of fieldConfig?.overrides ?? [])
				if (matcher.id === "byName" && spec.query !== "day_range") expect(columns).toContain(matcher.options);
		}
	});
});

describe.each(stores)("what Grafana reads at its start for %s", (store) => {
	const found = files.filter((path) => path.startsWith(`provisioning/${store}/`));
	const content = <Name extends keyof typeof provisioningFiles>(name: Name) =>
		provisioningFiles[name].parse(parse(read(`provisioning/${store}/${name}`)));

	test("are three files, and each is as Grafana wants it", () => {
		const names = Object.keys(provisioningFiles) as (keyof typeof provisioningFiles)[];
		expect(found).toEqual(names.map((name) => `provisioning/${store}/${name}`).sort());
		for (const name of names) content(name);
	});

	test("has every data source that its dashboards and rules ask", () => {
		const { providers } = parse(read(`provisioning/${store}/dashboards/tidemark.yaml`));
		const shown = providers.map(({ options }: { options: { path: string } }) => options.path.split("/").at(-1));
		const text =
			boards
				.filter((path) => shown.includes(path.split("/")[1]))
				.map(read)
				.join("") + read(`provisioning/${store}/alerting/tidemark.yaml`);
		const asked = new Set(
			[...text.matchAll(/"?uid"?: "?(tidemark-(?:questdb|influxdb|live-analytics|athena|cloudwatch))"?\n/g)].map(
				([, uid]) => uid,
			),
		);
		const { datasources } = parse(read(`provisioning/${store}/datasources/tidemark.yaml`));
		expect(datasources.map(({ uid }: { uid: string }) => uid).sort()).toEqual([...asked].sort());
	});

	test("has rules that point at panels that there are, in the dashboards' folder", () => {
		const { groups } = content("alerting/tidemark.yaml") as z.infer<
			(typeof provisioningFiles)["alerting/tidemark.yaml"]
		>;
		for (const { folder, rules } of groups) {
			expect(folder).toBe("Tidemark");
			for (const { annotations, dashboardUid, panelId } of rules) {
				expect([dashboardUid, String(panelId)]).toEqual([annotations.__dashboardUid__, annotations.__panelId__]);
				const board = boards.map(dashboardOf).find(({ uid }) => uid === annotations.__dashboardUid__);
				expect(board?.panels.map(({ id }) => String(id))).toContain(annotations.__panelId__);
			}
		}
	});

	test("has no secret, no address and no account", () => {
		const text = found.map(read).join("\n");
		expect(text).not.toMatch(/https?:\/\/|\barn:|\b\d{12}\b|password: (?!\$)/);
	});
});

test("QuestDB is looked for where npm start -- --grafana lets Grafana in", () => {
	const { datasources } = parse(read("provisioning/questdb/datasources/tidemark.yaml"));
	expect(datasources).toMatchObject([{ jsonData: { port: postgresPort, username: "user" } }]);
});

test("uids of rules are there once", () => {
	const uids = stores.flatMap((store) => {
		const { groups } = parse(read(`provisioning/${store}/alerting/tidemark.yaml`));
		return groups.flatMap(({ rules }: { rules: { uid: string }[] }) => rules.map(({ uid }) => uid));
	});
	expect(new Set(uids).size).toBe(uids.length);
	expect(uids.length).toBe(15);
});
