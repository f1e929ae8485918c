import type { ApplicationDetail, SnapshotDetails } from "@aws-sdk/client-kinesis-analytics-v2";
import type { Account } from "./account.ts";
import { type AlertsTold, alertsTold, sayTold } from "./alerts-told.ts";
import { whereAllowed } from "./allowed.ts";
import { configurationOf, propertiesOf, SQL_GROUP, sqlLocationOf } from "./configuration.ts";
import { sayUnderWay } from "./journal.ts";
import { type Commit, readCommits, rowsIn } from "./lake-commits.ts";
import { described, type Operation } from "./managed-flink.ts";
import { type JobMetrics, readMetrics } from "./metrics.ts";
import { type ReleaseFacts, readRelease } from "./releases.ts";
import { sayRevision } from "./revision.ts";

/** What is known of a deployed pipeline at one time; null where a figure is not known. */
export interface Status {
	/** ISO 8601, UTC. */
	at: string;
	application: { name: string; status: string; version: number; since: string | null; kpus: number };
	release: ReleaseFacts | null;
	/** Where its SQL and its compiled plan are: a zip with `plan.json`, as `s3://bucket/key`. */
	plan: string;
	/** A deploy that is under way or was interrupted, in words. */
	underWay: string | null;
	/** Of the hour before. */
	metrics: JobMetrics;
	snapshot: { name: string; at: string } | null;
	/** The newest operation that failed in the hour before. */
	failed: { operation: string; at: string; error: string } | null;
	/** Rows that the hour before brought into the lake, and when the newest of them came. */
	lake: { trades: number; rejects: number; hits: number; newestAt: string | null } | null;
	/** What became of alerts in the hour before; null where that cannot be read. */
	alerts: AlertsTold | null;
	links: { application: string; log: string; alarms: string };
}

const HOUR = 3_600_000;

/** Reads what is known of an environment's pipeline. Throws {@link UserError} where there is no application. */
export async function readStatus(account: Account, now: Date): Promise<Status> {
	const { flink, s3, metrics, region, config } = account;
	const detail = await described(flink);
	const configuration = configurationOf(detail);
	const location = sqlLocationOf(configuration);
	const since = new Date(now.getTime() - HOUR);
	const { TRADES_STREAM = "", BARS_STREAM = "", LAKE_DATABASE = "" } = propertiesOf(configuration, SQL_GROUP);
	const streams = { trades: TRADES_STREAM, bars: BARS_STREAM };
	const [release, underWay, figures, snapshots, operations, lake, alerts] = await Promise.all([
		readRelease(s3, location),
		sayUnderWay(s3, new URL(location).host, now),
		readMetrics(metrics, { application: flink.name, streams }, since, now),
		flink.snapshots(),
		flink.operations(),
		lakeOf(account, LAKE_DATABASE, since, now),
		alertsTold(account, since, now),
	]);
	return {
		at: now.toISOString(),
		application: {
			name: flink.name,
			status: detail.ApplicationStatus ?? "unknown",
			version: detail.ApplicationVersionId ?? 0,
			since: detail.LastUpdateTimestamp?.toISOString() ?? null,
			kpus: kpusOf(detail),
		},
		release: release.facts ?? null,
		plan: location,
		underWay: underWay ?? null,
		metrics: figures,
		snapshot: newestOf(snapshots),
		failed: failedOf(operations, since),
		lake,
		alerts,
		links: linksOf(region, flink.name, config.prefix),
	};
}

/** KPUs that are billed: subtasks by those that share one, and one for orchestration. */
export function kpusOf({ ApplicationConfigurationDescription: all }: ApplicationDetail): number {
	const sizes = all?.FlinkApplicationConfigurationDescription?.ParallelismConfigurationDescription;
	return Math.ceil((sizes?.Parallelism ?? 1) / (sizes?.ParallelismPerKPU ?? 1)) + 1;
}

function lakeOf({ glue, s3 }: Account, database: string, since: Date, now: Date): Promise<Status["lake"]> {
	const of = (name: string) => readCommits(glue, s3, { database, name });
	return whereAllowed(async () => {
		const [trades, rejects, hits] = await Promise.all([of("trades"), of("rejects"), of("hits")]);
		const rows = (commits: Commit[]) => rowsIn(commits, since, now);
		return {
			trades: rows(trades),
			rejects: rows(rejects),
			hits: rows(hits),
			newestAt: trades.at(-1)?.at.toISOString() ?? null,
		};
	});
}

function newestOf(snapshots: SnapshotDetails[]): Status["snapshot"] {
	const found = snapshots.find(({ SnapshotStatus }) => SnapshotStatus === "READY");
	if (!found) return null;
	return { name: found.SnapshotName ?? "", at: found.SnapshotCreationTimestamp?.toISOString() ?? "" };
}

function failedOf(operations: Operation[], since: Date): Status["failed"] {
	const found = operations.find(({ status, startedAt }) => status === "FAILED" && startedAt >= since);
	if (!found) return null;
	return { operation: found.name, at: found.startedAt.toISOString(), error: found.error ?? "without a reason" };
}

function linksOf(region: string, application: string, prefix: string): Status["links"] {
	const console = `https://${region}.console.aws.amazon.com`;
	return {
		application: `${console}/flink/home?region=${region}#/app/${application}`,
		log: `npx tidemark logs --since 1h`,
		alarms: `${console}/cloudwatch/home?region=${region}#alarmsV2:?search=${prefix}`,
	};
}

/** A status for people; times are in UTC. */
export function sayStatus(status: Status): string {
	const { application, release, metrics, lake, snapshot, failed, links } = status;
	const known = (value: number | null, unit = "") =>
		value === null ? "not known" : `${value.toLocaleString("en")}${unit}`;
	const line = (name: string, text: string) => `${name.padEnd(12)}${text}`;
	return [
		line(
			"application",
			`${application.name} is ${application.status}, version ${application.version}, ${application.kpus} KPUs, last changed ${application.since ?? "at a time not known"}`,
		),
		line("release", release ? `${release.id} by ${release.by}, ${release.verdict}` : "none that tidemark deploy made"),
		...(release ? [line("SQL", sayRevision(release.revision))] : []),
		line("plan", status.plan),
		...(status.underWay ? [line("deploy", status.underWay)] : []),
		line("lag", known(metrics.behindMs, " ms behind the stream")),
		line(
			"hour",
			`${known(metrics.tradesIn)} records in, ${known(metrics.barsOut)} bars out, ${known(metrics.restarts)} restarts`,
		),
		line(
			"checkpoints",
			`last ${known(metrics.lastCheckpointMs, " ms")}, ${known(metrics.lastCheckpointBytes, " bytes")}, ${known(metrics.failedCheckpoints)} failed in the hour`,
		),
		line("snapshot", snapshot ? `${snapshot.name} of ${snapshot.at}` : "none"),
		line(
			"lake",
			lake
				? `${lake.trades.toLocaleString("en")} trades, ${lake.rejects.toLocaleString("en")} rejects, ${lake.hits.toLocaleString("en")} hits in the hour; newest commit ${lake.newestAt ?? "none"}`
				: "may not be read with these credentials",
		),
		line("alerts", status.alerts ? `${sayTold(status.alerts)} in the hour` : "not known: no table of them may be read"),
		...(failed ? [line("failed", `${failed.operation} at ${failed.at}: ${failed.error}`)] : []),
		line("look", links.application),
		line("", links.alarms),
		line("", links.log),
	].join("\n");
}
