/** One measurement, verified by reading the stream back. */
export interface Measurement {
	/** The letter of the way of sending. */
	readonly variant: string;
	readonly trades: number;
	readonly seconds: number;
	/** Of the sending process. */
	readonly cpuSeconds: number;
	/** Of the emulator meanwhile; undefined where the system does not tell. */
	readonly serverCpuSeconds: number | undefined;
	readonly kinesisRecords: number;
	readonly retried: number;
}

/** The medians over the rounds of one way of sending. */
export interface Row {
	readonly variant: string;
	readonly rounds: number;
	/** Trades a second, by the clock on the wall. */
	readonly rate: number;
	readonly lowest: number;
	readonly highest: number;
	/** CPU seconds of the sending process for 100,000 trades. */
	readonly cpuPer100k: number;
	/** CPU seconds of the sending process in each second: 1 is a whole core. */
	readonly cores: number;
	/** Trades for each CPU second of the sending process: what one core could send if nothing made it wait. */
	readonly ratePerCore: number;
	readonly serverCores: number | undefined;
	readonly tradesPerRecord: number;
	readonly retried: number;
}

/** The medians of each way of sending, in the order in which they first came. */
export function rowsOf(measurements: readonly Measurement[]): Row[] {
	const variants = [...new Set(measurements.map(({ variant }) => variant))];
	return variants.map((variant) => {
		const rounds = measurements.filter((each) => each.variant === variant);
		const middle = (value: (each: Measurement) => number): number => median(rounds.map(value));
		const rates = rounds.map(({ trades, seconds }) => trades / seconds);
		const server = rounds.flatMap(({ serverCpuSeconds, seconds }) =>
			serverCpuSeconds === undefined ? [] : [serverCpuSeconds / seconds],
		);
		return {
			variant,
			rounds: rounds.length,
			rate: median(rates),
			lowest: Math.min(...rates),
			highest: Math.max(...rates),
			cpuPer100k: middle(({ cpuSeconds, trades }) => (cpuSeconds * 100_000) / trades),
			cores: middle(({ cpuSeconds, seconds }) => cpuSeconds / seconds),
			ratePerCore: middle(({ cpuSeconds, trades }) => trades / cpuSeconds),
			serverCores: server.length === 0 ? undefined : median(server),
			tradesPerRecord: middle(({ trades, kinesisRecords }) => trades / kinesisRecords),
			retried: middle(({ retried }) => retried),
		};
	});
}

/** The middle one, or what lies between the two in the middle. */
export function median(values: readonly number[]): number {
	if (values.length === 0) throw new Error("There is no median of nothing.");
	const sorted = [...values].sort((a, b) => a - b);
	const half = Math.floor(sorted.length / 2);
	const upper = sorted[half] as number;
	return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** A target of the producer, and what was measured. */
export interface Target {
	readonly what: string;
	readonly atLeast: number;
	readonly measured: number;
}

/**
 * The targets: so many trades a second with no more than one core, so many times as many as with each of the simple ways,
 * and so many trades in a Kinesis record. Those of which nothing was measured are left out.
 */
export function targetsOf(rows: readonly Row[], of: string): Target[] {
	const row = (variant: string): Row | undefined => rows.find((each) => each.variant === variant);
	const [ours, a, b] = [row(of), row("a"), row("b")];
	if (!ours) return [];
	const targets: Target[] = [
		// Who takes more than a core for it is held to what a core would do.
		{ what: "trades a second from one core", atLeast: 25_000, measured: Math.min(ours.rate, ours.ratePerCore) },
		{ what: "trades in a Kinesis record", atLeast: 8, measured: ours.tradesPerRecord },
	];
	if (a) targets.push({ what: "times (a)", atLeast: 30, measured: ours.rate / a.rate });
	if (b) targets.push({ what: "times (b)", atLeast: 3, measured: ours.rate / b.rate });
	return targets;
}

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[], names: Readonly<Record<string, string>>): string {
	const base = (variant: string): number | undefined => rows.find((row) => row.variant === variant)?.rate;
	const times = (rate: number, of: number | undefined): string => (of === undefined ? "–" : digits(rate / of));
	const head = [
		"",
		"way of sending",
		"trades/s",
		"(lowest–highest)",
		"× a",
		"× b",
		"client CPU s per 100,000",
		"client cores",
		"trades per client CPU s",
		"emulator cores",
		"trades per Kinesis record",
		"sent again",
	];
	const body = rows.map((row) => [
		row.variant,
		names[row.variant] ?? "",
		whole(row.rate),
		`${whole(row.lowest)}–${whole(row.highest)}`,
		times(row.rate, base("a")),
		times(row.rate, base("b")),
		row.cpuPer100k.toFixed(2),
		row.cores.toFixed(2),
		whole(row.ratePerCore),
		row.serverCores?.toFixed(2) ?? "–",
		digits(row.tradesPerRecord),
		whole(row.retried),
	]);
	const widths = head.map((_, at) => Math.max(...[head, ...body].map((cells) => (cells[at] as string).length)));
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
	const rule = `| ${widths.map((width, at) => (at < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
	return [line(head), rule, ...body.map(line)].join("\n");
}

function whole(value: number): string {
	return Math.round(value).toLocaleString("en-US");
}

function digits(value: number): string {
	return value < 10 ? value.toFixed(1) : whole(value);
}
