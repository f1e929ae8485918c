import type { Capacity } from "./capacity.ts";
import { type Line, line } from "./line.ts";
import type { Prices } from "./prices.ts";
import { KPU_STORAGE_GB, MONTH_HOURS, SNAPSHOTS_GB } from "./sizes.ts";

/**
 * The Flink application, which runs all month: its KPUs, one more for orchestration, 50 GB of running storage for each
 * working KPU, and its snapshots. Source: https://docs.aws.amazon.com/managed-flink/latest/java/how-pricing.html
 */
export function flinkLines({ kpus }: Capacity, prices: Prices): Line[] {
	return [
		line(prices, "kpuHour", `${kpus} KPU`, kpus * MONTH_HOURS),
		line(prices, "kpuHour", "1 KPU for orchestration", MONTH_HOURS),
		line(prices, "flinkStorage", "running storage", kpus * KPU_STORAGE_GB),
		line(prices, "flinkBackup", "snapshots", SNAPSHOTS_GB),
	];
}
