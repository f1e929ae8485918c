import type { Config } from "../config.ts";
import { type Line, line } from "./line.ts";
import type { Load } from "./load.ts";
import type { Prices } from "./prices.ts";
import {
	ALL_TABLES,
	ATHENA_LEAST_BYTES,
	ATHENA_QUERIES_A_DAY,
	BUSY_TABLES,
	COMMIT_GETS,
	COMMIT_GLUE,
	COMMIT_PUTS,
	COMPACTION_DPU_HOURS,
	COMPACTION_GB_A_DPU_HOUR,
	EMPTY_COMMIT_EVERY,
	FILES_A_COMPACTION,
	GIB,
	MILLION,
	MONTH_HOURS,
	MOVES_A_TRADE,
	RAW_BUCKETS,
	ROW_BYTES,
} from "./sizes.ts";

const TIB = 2 ** 40;

/** Commits and data files of a month. */
export type Commits = { commits: number; files: number };

/**
 * A checkpoint in which there was a trade commits the five busy tables, with four files of raw_trades and one of each
 * other; every table commits at each tenth checkpoint otherwise. A hit is a file more.
 */
export function commitsOf({ hours, tradesPerSecond, hits }: Load, { checkpointMs }: Config): Commits {
	const seconds = checkpointMs / 1000;
	const checkpoints = (MONTH_HOURS * 3600) / seconds;
	const busy = ((hours * 3600) / seconds) * -Math.expm1(-tradesPerSecond * seconds) * BUSY_TABLES;
	const empty = (checkpoints * ALL_TABLES - busy) / EMPTY_COMMIT_EVERY;
	return { commits: busy + empty, files: (busy / BUSY_TABLES) * (RAW_BUCKETS + BUSY_TABLES - 1) + hits };
}

/** GB (2^30 bytes) that a month adds to the lake. */
export function lakeGb({ trades, bars, hits }: Load): number {
	const { raw_trades, trades: silver, moves, bars: bar, hits: hit, counts } = ROW_BYTES;
	// `counts` has a row for each symbol and minute: no more than there are bars.
	return (trades * (raw_trades + silver + MOVES_A_TRADE * moves) + bars * (bar + counts) + hits * hit) / GIB;
}

/**
 * The lake: requests of the commits and of compaction, what a month adds kept for a month, Glue's catalog and optimizers,
 * and an example of queries.
 */
export function lakeLines(load: Load, config: Config, prices: Prices): Line[] {
	const { commits, files } = commitsOf(load, config);
	const gb = lakeGb(load);
	const days = MONTH_HOURS / 24;
	const scanned = Math.max(ATHENA_LEAST_BYTES, (load.trades / days) * ROW_BYTES.trades);
	const dpuHours = (files / FILES_A_COMPACTION) * COMPACTION_DPU_HOURS + gb / COMPACTION_GB_A_DPU_HOUR;
	return [
		line(prices, "s3Storage", "a month of the lake, for a month", gb),
		line(prices, "s3Put", "files and commits", (files + commits * COMMIT_PUTS) / MILLION),
		line(prices, "s3Get", "commits and compaction", (files + commits * COMMIT_GETS) / MILLION),
		line(prices, "glueRequests", "catalog", (commits * COMMIT_GLUE) / MILLION),
		line(prices, "glueDpuHour", "compaction", dpuHours),
		line(
			prices,
			"athenaScan",
			`example: ${ATHENA_QUERIES_A_DAY} queries a day, each over a day's trades`,
			(ATHENA_QUERIES_A_DAY * days * scanned) / TIB,
		),
	];
}
