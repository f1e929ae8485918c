/** The dashboards for QuestDB, each query asked of a stack that runs with `--grafana`, as Grafana would ask it. */
import { dashboards } from "../../grafana/dashboards.ts";
import type { PanelSpec } from "../../grafana/panel.ts";
import { market, symbol } from "../../grafana/panels/bars.ts";
import { pipeline } from "../../grafana/panels/pipeline.ts";
import { postgresPort } from "../../local/questdb.ts";
import { joined, problemsOf } from "../grafana/answers.ts";
import { filledIn } from "../grafana/macros.ts";
import { questDbAt } from "../grafana/stores.ts";

const specs: Record<string, readonly PanelSpec[]> = { market, symbol, pipeline };

/** What each panel has been asked, and what is wrong with its answer: nothing, where Grafana could draw it. */
export interface Asked {
	panel: string;
	problems: string[];
}

/**
 * Asks for the last three hours, with the first two symbols that the dashboard's own variable offers. `mayBeEmpty` are
 * titles of panels of which nothing, or one thing of several, may have happened.
 */
export async function askDashboards(mayBeEmpty: readonly string[]): Promise<Asked[]> {
	await using store = await questDbAt(postgresPort);
	const range = { from: new Date(Date.now() - 3 * 3_600_000), to: new Date(Date.now() + 60_000) };
	const rowsOf = (text: unknown, values: Record<string, string>) =>
		store.ask(filledIn("questdb", String(text), values, range));
	const boards = dashboards("questdb");
	const variable = boards.market?.templating.list?.find(({ name }) => name === "symbol")?.query;
	const [first, second] = (await rowsOf(variable, {})).map((row) => String(Object.values(row)[0]));
	if (first === undefined || second === undefined) throw new Error("The store has no two symbols");
	const values = { symbol: first, compare: second, bar_interval: "1m", threshold: "1" };
	const asked: Asked[] = [];
	for (const [name, board] of Object.entries(boards)) {
		for (const panel of board.panels ?? []) {
			const spec = specs[name]?.find(({ id }) => id === panel.id);
			if (!spec || panel.type === "row")
				throw new Error(`${name} has the panel ${panel.title}, which has no definition`);
			const answers = [];
			for (const target of "targets" in panel ? (panel.targets ?? []) : [])
				answers.push(await rowsOf((target as unknown as { rawSql: string }).rawSql, values));
			const rows = joined(answers);
			const lacks = mayBeEmpty.includes(spec.title);
			const numbers = spec.needs.numbers.filter((column) => !lacks || rows.some((row) => column in row));
			const problems = lacks && rows.length === 0 ? [] : problemsOf(rows, { ...spec.needs, numbers });
			asked.push({ panel: `${name}: ${spec.title}`, problems });
		}
	}
	return asked;
}
