/** QuestDB asked by PostgreSQL's protocol, as Grafana's plugin asks it. */
import pg from "pg";

export type PostgresSession = {
	/** The rows of an answer as objects: numbers as numbers, times as ISO 8601 in UTC, the rest as text. */
	ask: (sql: string) => Promise<Record<string, unknown>[]>;
	end: () => Promise<void>;
};

const { INT8, TIMESTAMP } = pg.types.builtins;

/** Logs in at a port of the loopback interface. One question at a time goes out; others wait. */
export async function postgresSession(
	port: number,
	{ user, password }: { user: string; password: string },
): Promise<PostgresSession> {
	const types = new pg.TypeOverrides();
	types.setTypeParser(INT8, Number);
	types.setTypeParser(TIMESTAMP, (text) => `${text.replace(" ", "T")}Z`);
	const client = new pg.Client({ host: "127.0.0.1", port, user, password, database: "qdb", types });
	await client.connect();
	return {
		async ask(sql) {
			try {
				return (await client.query(sql)).rows;
			} catch (cause) {
				throw new Error(`QuestDB refuses ${sql}: ${(cause as Error).message}`, { cause });
			}
		},
		end: () => client.end(),
	};
}
