/**
 * What the quantities are made of beside infra/config.ts. Each number says where it comes from: measured here, a limit or
 * rule of AWS, or assumed, where nothing could be measured without AWS. docs/cost.md has them as a table.
 */

/** Hours of an average month (365 × 24 / 12): streams, KPUs and instances run all of them. */
export const MONTH_HOURS = 730;
export const GIB = 2 ** 30;
export const MILLION = 1_000_000;

/**
 * Bytes of a record as JSON. Trades: the mean of the real day of the tests (388,417 trades, as `tidemark produce` sends
 * them). Bars, ticks, hits: samples with every value in them; a test holds them against the contracts.
 */
export const RECORD_BYTES = { trades: 155, bars: 330, ticks: 301, hits: 291 } as const;

/** Hits and notifications of a symbol in 24 hours of trades: 33 and 6 for the four symbols of the real day. */
export const HITS_A_SYMBOL_DAY = 33 / 4;
export const ALERTS_A_SYMBOL_DAY = 6 / 4;

/** Bars of a symbol that end in an hour beside its minutes: 12 of 5m, one of 1h, and a day's. */
export const LARGER_BARS_AN_HOUR = 12 + 1 + 1 / 24;

/**
 * Bytes of a row in a Parquet file with zstd: the real day, written by DuckDB with random ends of the sequence numbers.
 * Bars, hits, counts: assumed to be a tenth of the JSON, as with trades.
 */
export const ROW_BYTES = { raw_trades: 18.6, trades: 16, moves: 11, bars: 33, hits: 29, counts: 12 } as const;

/** Rows of `moves` for each trade: 207,932 of 388,417, because trades of the same millisecond share one. */
export const MOVES_A_TRADE = 207_932 / 388_417;

/**
 * Trades a second that one KPU takes, with its state in RocksDB as Managed Flink has it: 540 on one core, with 512 MB for it
 * (`npm run bench:state`). AWS says that a KPU has 1 GB for all that is not heap, and not what RocksDB gets of it.
 */
export const TRADES_A_KPU = 500;
/** The same with small write buffers, which AWS sets on request: 1,023 to 1,418 there. In the heap it would be 1,668. */
export const TRADES_A_TUNED_KPU = 1_000;
/** AWS: running application storage of each KPU, in GB. */
export const KPU_STORAGE_GB = 50;
/** Assumed: the size of all snapshots that are kept, in GB. */
export const SNAPSHOTS_GB = 1;

/** AWS: what a shard takes in a second. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const SHARD = { records: 1_000, bytes: 2 ** 20 } as const;
/** AWS: shards of a new on-demand stream (4 MB/s). */
export const ON_DEMAND_SHARDS = 4;
/** How much of a shard or KPU is planned for; the rest is for busy seconds. */
export const FILL = 0.75;
/** AWS: a PUT payload unit, and what an on-demand record is rounded up to, in bytes. */
export const PUT_UNIT_BYTES = 25 * 1024;
export const ON_DEMAND_UNIT_BYTES = 1024;
/** The producer aggregates from so many trades a second and shard on, and aims at this many in a record, at least. */
export const AGGREGATE_FROM = 900;
export const TRADES_AN_AGGREGATE = 16;
/** Bytes that a trade needs beside its JSON in an aggregate (producer/publish/aggregate.ts). */
export const AGGREGATE_BYTES = 14;

/** Memory of each function in GB, and AWS' memory for one vCPU in MB: infra/consumer.ts. */
export const FUNCTION_GB = 0.5;
export const FUNCTION_CPUS = 512 / 1769;
/** CPU milliseconds of a call and of each record in it: `npm run bench:landing` (700 bars a second singly, 22,500 in 5,000s). */
export const CALL_CPU_MS = 1.4;
export const RECORD_CPU_MS = 0.044;
/** Assumed: what a call waits for others, and a round of 50 puts takes, in milliseconds. */
export const CALL_WAIT_MS = 20;
export const PUT_MS = 5;
export const PUTS_AT_ONCE = 50;
/** Assumed: a call's log lines in bytes, Flink's log in GB a month, and metrics of a function (handled, malformed, …). */
export const LOG_BYTES_A_CALL = 1_000;
export const FLINK_LOG_GB = 1;
export const METRICS_A_FUNCTION = 4;

/** Writes of 1 KiB that Timestream LiveAnalytics bills for a bar in a full call: 152 for 1,000 (`npm run bench:landing`). */
export const LIVE_WRITES_A_BAR = 0.152;
/** Bytes of a bar in it: time, dimensions, measure names and values, as AWS counts them. */
export const LIVE_BAR_BYTES = 175;
/** Assumed: a bar's bytes in InfluxDB. */
export const INFLUX_BAR_BYTES = 60;

/** Requests of an Iceberg commit beside its data files: manifest, manifest list, metadata; and as many reads. */
export const COMMIT_PUTS = 3;
export const COMMIT_GETS = 3;
/** Glue requests of a commit: read the table, update it. */
export const COMMIT_GLUE = 2;
/** Tables that get rows with each checkpoint, and the rare ones (hits, rejects), which commit every tenth. */
export const BUSY_TABLES = 5;
export const ALL_TABLES = 7;
/** A table without rows commits at every tenth checkpoint (Iceberg's Flink sink). */
export const EMPTY_COMMIT_EVERY = 10;
/** Buckets of raw_trades: files of it in a commit. */
export const RAW_BUCKETS = 4;
/** Small files of a partition with which Glue's compaction begins (its default), and what a run is assumed to cost. */
export const FILES_A_COMPACTION = 100;
export const COMPACTION_DPU_HOURS = 2 / 60;
/** Assumed: GB that compaction rewrites in a DPU-hour. */
export const COMPACTION_GB_A_DPU_HOUR = 10;

/** An example: queries a day on Athena, each over the trades of a day; Athena counts 10 MB at least. */
export const ATHENA_QUERIES_A_DAY = 10;
export const ATHENA_LEAST_BYTES = 10 * 2 ** 20;
