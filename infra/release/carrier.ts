import { InvalidArgumentError, Option } from "commander";
import { UserError } from "../../local/errors.ts";
import { backfillOnAws } from "../../local/lake/backfill-on-aws.ts";
import { sayBackfilled } from "../../local/lake/backfilled.ts";
import { type Progress, startProgress } from "../../local/progress.ts";
import { onStop } from "../../local/signals.ts";
import type { Account } from "./account.ts";
import { barsSince } from "./bars-seen.ts";
import type { Carrier } from "./carry-out.ts";
import { readCommits } from "./lake-commits.ts";
import { readMetrics } from "./metrics.ts";
import { patienceOf } from "./operator.ts";
import { watchJob } from "./watch.ts";

const WATCH_EVERY_MS = 15_000;

/** `--watch`: seconds. */
export function watchOption(): Option {
	return new Option("--watch <seconds>", "how long the new job is looked at before it is kept")
		.default(300)
		.argParser((text) => {
			const number = Number(text);
			if (Number.isInteger(number) && number >= 0 && number <= 86_400) return number;
			throw new InvalidArgumentError("Give whole seconds from 0 to 86400.");
		});
}

/** `--timeout`: minutes. */
export function timeoutOption(): Option {
	return new Option("--timeout <minutes>", "after how long an operation of the service counts as hanging")
		.default(20)
		.argParser((text) => {
			const number = Number(text);
			if (number > 0 && number <= 1440) return number;
			throw new InvalidArgumentError("Give minutes above 0, 1440 at most.");
		});
}

/**
 * Works with what carries a release to an account until that is done, or until it is stopped (Ctrl-C), which is said in place
 * of whatever was interrupted.
 */
export async function withCarrier<T>(
	account: Account,
	timeoutMinutes: number,
	work: (carrier: Carrier & { signal: AbortSignal }) => Promise<T>,
): Promise<T> {
	const stopped = new AbortController();
	const noLonger = onStop(
		() => stopped.abort(new UserError("Stopped by you")),
		() => process.exit(130),
	);
	const { signal } = stopped;
	try {
		return await work({ ...carrierOf(account, timeoutMinutes, startProgress(), signal), signal });
	} finally {
		noLonger();
	}
}

function carrierOf(account: Account, timeoutMinutes: number, progress: Progress, signal: AbortSignal): Carrier {
	const { config, region, flink, s3, glue, kinesis, metrics } = account;
	const patience = patienceOf(timeoutMinutes, signal);
	const now = () => new Date();
	return {
		flink,
		s3,
		progress,
		signal,
		now,
		patience,
		async backfill(days) {
			const where = { application: config.prefix, region, everyMs: patience.everyMs, signal };
			return sayBackfilled(await backfillOnAws({ ...days, layer: "bronze" }, where, progress)).split("\n");
		},
		watch: (place, journal, since, catchesUp) =>
			progress.step(`Watching the job for ${journal.entry.watchSeconds} s`, () =>
				watchJob({
					sights: {
						status: async () => (await flink.describe())?.ApplicationStatus ?? "gone",
						metrics: (from, to) =>
							readMetrics(
								metrics,
								{ application: flink.name, streams: { trades: place.TradesStream, bars: place.BarsStream } },
								from,
								to,
							),
						bars: (from) => barsSince(kinesis, place.BarsStream, from),
						commits: (name) => readCommits(glue, s3, { database: place.LakeDatabase, name }),
					},
					since,
					seconds: journal.entry.watchSeconds,
					checkpointMs: config.checkpointMs,
					silenceMinimum: config.silenceMinimum,
					catchesUp,
					everyMs: WATCH_EVERY_MS,
					sleep: patience.sleep,
					now,
					onLook: () => journal.save(),
				}),
			),
	};
}
