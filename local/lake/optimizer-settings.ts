import type { TableOptimizerConfiguration, TableOptimizerType } from "@aws-sdk/client-glue";

/** What Glue does with an Iceberg table by itself, in the order in which it is shown. */
export const OPTIMIZERS = ["compaction", "retention", "orphan_file_deletion"] as const satisfies TableOptimizerType[];
export type Optimizer = (typeof OPTIMIZERS)[number];

const DAY = 86_400_000;

/** More commits than compaction makes after the job was stopped: then there is nothing left to compact. */
const SNAPSHOTS = 100;

/**
 * Settings of the three that can take nothing from a job that is restored. It looks for its newest commit, which Glue does
 * not know; state that is older than the stream's records is of no use, so snapshots stay a day longer than
 * these, and files that a job left uncommitted two days longer still.
 */
export function optimizerSettings(
	role: string,
	{ keepMs, retentionHours, enabled }: { keepMs: number; retentionHours: number; enabled: boolean },
): Record<Optimizer, TableOptimizerConfiguration> {
	const days = Math.max(Math.ceil(keepMs / DAY), Math.ceil(retentionHours / 24) + 1);
	const base = { roleArn: role, enabled };
	return {
		compaction: { ...base, compactionConfiguration: { icebergConfiguration: { strategy: "binpack" } } },
		retention: {
			...base,
			retentionConfiguration: {
				icebergConfiguration: {
					snapshotRetentionPeriodInDays: days,
					numberOfSnapshotsToRetain: SNAPSHOTS,
					cleanExpiredFiles: true,
				},
			},
		},
		orphan_file_deletion: {
			...base,
			orphanFileDeletionConfiguration: { icebergConfiguration: { orphanFileRetentionPeriodInDays: days + 2 } },
		},
	};
}

/** Whether `has` is already what `wanted` asks for; what Glue adds by itself is no difference. */
export function isSet(has: unknown, wanted: unknown): boolean {
	if (typeof wanted !== "object" || wanted === null) return has === wanted;
	return Object.entries(wanted).every(([key, value]) =>
		isSet((has as Record<string, unknown> | undefined)?.[key], value),
	);
}
