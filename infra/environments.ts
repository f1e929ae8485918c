/** What differs between the environments: the place where a team edits it. */
import type { Config, Overrides } from "./config.ts";

export type Environment = "dev" | "prod";

/**
 * The settings of each environment, in place of the defaults of infra/config.ts, where each setting is explained.
 * `-c env=prod` or `--env prod` chooses one, `dev` where nothing does; `-c tidemark={…}` goes before both. Names differ by
 * `prefix` and `lakeDatabase`, so that both can be in one account.
 */
export const environments: Record<Environment, Overrides> = {
	/** To try things: the defaults. Whoever deletes its stacks has none of its data, but what is in buckets. */
	dev: { prefix: "tidemark", lakeDatabase: "tidemark" },

	/** For what people rely on. It cannot be deployed before `operators` has somebody. */
	prod: {
		prefix: "tidemark-prod",
		lakeDatabase: "tidemark_prod",
		/** Who is mailed what alarms say, such as "market-data@example.com". */
		operators: [],
		/** No deletion of a stack, and no replacement of a resource, deletes data. */
		retainData: true,
		/** A week: a start without state, or from a week-old snapshot, has all of it, long weekends included. */
		retentionHours: 168,
		/** Three days: a function that breaks on a Friday evening may be mended on Monday. */
		resultsRetentionHours: 72,
		/** Long enough to compare a month with the one of the year's last quarter. */
		logDays: 90,
		/** On demand, as `shards` is left out: nobody has to scale streams. `tidemark cost --env prod` says what shards would save. */
		/** An instance of Timestream for InfluxDB in a network of its own. Without a standby: bars wait in their stream. */
		stores: ["influxdb"],
		influxdb: { instanceType: "db.influx.medium", storageGb: 20, standby: false },
		/** Half as much again as a thousand trades a second need, so that a job catches up after a restart: docs/cost.md. */
		parallelism: 4,
		parallelismPerKpu: 1,
		/** A minute: what the lake is behind, and what is computed again after a crash. */
		checkpointMs: 60_000,
		/** Longer than the stream of trades can be read again. */
		alertMemoryDays: 10,
	},
};

/**
 * That what nobody can choose for a team is there.
 *
 * @throws naming what is missing, and where it is set
 */
export function checkComplete({ environment, operators, endpoints }: Config): void {
	// An emulator has no alarms.
	if (environment !== "prod" || endpoints.aws !== undefined || operators.length > 0) return;
	throw new Error(
		`The environment prod lacks "operators": nobody would hear its alarms. Name who is mailed in infra/environments.ts, or with -c tidemark='{"operators":["market-data@example.com"]}'.`,
	);
}

/**
 * The environment of this name.
 *
 * @throws where there is none
 */
export function environmentOf(name: unknown): Environment {
	if (typeof name === "string" && Object.hasOwn(environments, name)) return name as Environment;
	throw new Error(
		`There is no environment ${JSON.stringify(name)}: there are ${Object.keys(environments).join(" and ")}, in infra/environments.ts.`,
	);
}
