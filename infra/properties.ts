import type { Config } from "./config.ts";

/** What of a SQL directory is the job, in the order of the flow: athena/ and the runner's sources are not. */
export const jobFiles = ["1_sources", "2_views", "3_sinks", "4_job.sql"];

/** The places that the job reads and writes, as far as the configuration does not say them. */
export interface Places {
	region: string;
	/** The address of a service, such as `kinesis`. */
	endpoint: (service: string) => string;
	streams: { trades: string; bars: string; ticks: string; hits: string };
	lake: { warehouse: string; database: string };
}

/**
 * The properties that replace `${NAME}` in sql/1_sources and sql/3_sinks. The runner refuses one that no file uses, and a
 * placeholder that is not here.
 */
export function sqlProperties(config: Config, { region, endpoint, streams, lake }: Places): Record<string, string> {
	return {
		AWS_REGION: region,
		KINESIS_ENDPOINT: endpoint("kinesis"),
		TRADES_STREAM: streams.trades,
		BARS_STREAM: streams.bars,
		TICKS_STREAM: streams.ticks,
		HITS_STREAM: streams.hits,
		...startProperties(config.initialPosition),
		LATENESS_SECONDS: String(config.lateness),
		SHARD_IDLE_SECONDS: String(config.shardIdle),
		LAKE_WAREHOUSE: lake.warehouse,
		LAKE_DATABASE: lake.database,
		GLUE_ENDPOINT: endpoint("glue"),
		S3_ENDPOINT: endpoint("s3"),
		// An emulator has no host name for each bucket.
		S3_PATH_STYLE: String(config.endpoints.aws !== undefined),
	};
}

/**
 * What the source of trades is told of a start without state. The instant counts with `AT_TIMESTAMP` only, and is 1970 else,
 * as a property cannot be empty.
 */
export function startProperties(position: Config["initialPosition"]) {
	const at = position === "TRIM_HORIZON" || position === "LATEST" ? undefined : new Date(position);
	return {
		INITIAL_POSITION: at ? "AT_TIMESTAMP" : position,
		INITIAL_TIMESTAMP: (at ?? new Date(0)).toISOString(),
	};
}

/** The position that {@link startProperties} made properties of; undefined where they say none. */
export function initialPositionOf(properties: Record<string, string>): Config["initialPosition"] | undefined {
	const { INITIAL_POSITION: position, INITIAL_TIMESTAMP: at } = properties;
	return position === "AT_TIMESTAMP" ? at : (position as Config["initialPosition"] | undefined);
}
