/** What alerting counts, in CloudWatch's embedded metric format. */
import { type Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Dispatched } from "./deliver/send.ts";
import type { Evaluated } from "./engine/engine.ts";

export interface Measures {
	evaluated(evaluations: readonly Evaluated[]): void;
	dispatched(results: readonly Dispatched[]): void;
	/** The newest record of a batch, for its age. */
	newest(records: readonly { time: number }[]): void;
}

/** Counts into Powertools' metrics; they go out with the function's own at the end of the call. */
export function countingMeasures(metrics: Metrics, now: () => number = Date.now): Measures {
	const count = (name: string, value: number) => {
		if (value > 0) metrics.addMetric(name, MetricUnit.Count, value);
	};
	return {
		evaluated(evaluations) {
			count(
				"evaluated",
				evaluations.reduce((sum, { rules }) => sum + rules, 0),
			);
			for (const as of ["late", "duplicate", "too old"] as const) {
				count(`records_${as.replace(" ", "_")}`, evaluations.filter((each) => each.as === as).length);
			}
			const outcomes = evaluations.flatMap(({ outcomes }) => outcomes);
			count("fired", outcomes.filter((each) => each.kind === "notify" && each.alert.state === "firing").length);
			count("resolved", outcomes.filter(({ kind }) => kind === "resolve").length);
			const suppressed = outcomes.flatMap((each) => (each.kind === "suppress" ? [each.reason] : []));
			for (const [reason, { length }] of Map.groupBy(suppressed, (reason) => reason))
				suppressedBy(metrics, reason, length);
		},
		dispatched(results) {
			count("sent", results.filter((result) => result === "sent").length);
			count("deferred", results.filter((result) => result === "deferred").length);
			count("errors", results.filter((result) => result instanceof Error || result === "refused").length);
			const held = results.filter((result) => result === "held").length;
			if (held > 0) suppressedBy(metrics, "storm", held);
		},
		newest(records) {
			if (records.length === 0) return;
			const newest = records.reduce((latest, { time }) => Math.max(latest, time), 0);
			metrics.addMetric("newest_record_age", MetricUnit.Milliseconds, Math.max(0, now() - newest));
		},
	};
}

function suppressedBy(metrics: Metrics, reason: string, count: number): void {
	const single = metrics.singleMetric();
	single.addDimension("reason", reason);
	single.addMetric("suppressed", MetricUnit.Count, count);
}
