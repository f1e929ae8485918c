/** Trino's protocol: a statement is posted, and its rows come page by page. */
interface Page {
	nextUri?: string;
	columns?: { name: string; type: string }[];
	data?: unknown[][];
	error?: { message: string; errorName: string };
}

/** What Trino answered. */
export interface Answer {
	columns: { name: string; type: string }[];
	rows: unknown[][];
}

/** Runs one statement in a schema of the catalog `lake`, in UTC. Throws with Trino's own words. */
export async function ask(url: string, schema: string, sql: string): Promise<Answer> {
	const headers = {
		"x-trino-user": "tidemark",
		"x-trino-catalog": "lake",
		"x-trino-schema": schema,
		"x-trino-time-zone": "UTC",
	};
	let page = await read(await fetch(`${url}/v1/statement`, { method: "POST", body: sql, headers }));
	const answer: Answer = { columns: [], rows: [] };
	while (true) {
		if (page.error) throw new Error(`${page.error.errorName}: ${page.error.message}`);
		if (page.columns) answer.columns = page.columns;
		answer.rows.push(...(page.data ?? []));
		if (page.nextUri === undefined) return answer;
		page = await read(await fetch(page.nextUri, { headers }));
	}
}

async function read(response: Response): Promise<Page> {
	const text = await response.text();
	if (!response.ok) throw new Error(`Trino answered ${response.status}: ${text.slice(0, 300)}`);
	return JSON.parse(text) as Page;
}

/** Rows as objects, as `tidemark athena --format json` writes them: instants in ISO 8601 with milliseconds. */
export function objectsOf({ columns, rows }: Answer): Record<string, unknown>[] {
	return rows.map((row) =>
		Object.fromEntries(
			columns.map(({ name, type }, i) => {
				const value = row[i];
				if (typeof value !== "string") return [name, value ?? null];
				if (/^timestamp.*with time zone$/.test(type)) return [name, instantOf(value)];
				return [name, type.startsWith("decimal") ? Number(value) : value];
			}),
		),
	);
}

/** `2013-10-07 13:30:00.123000 UTC` as `2013-10-07T13:30:00.123Z`. */
function instantOf(value: string): string {
	const [day, time, zone] = value.split(" ");
	if (zone !== "UTC") throw new Error(`${value} is not in UTC`);
	return new Date(`${day}T${time?.slice(0, 12)}Z`).toISOString();
}
