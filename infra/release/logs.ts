import { type CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";

/** A line of Flink's log, as Managed Flink keeps it. */
export interface LogLine {
	/** ISO 8601, UTC. */
	at: string;
	level: string;
	logger: string;
	message: string;
	/** The stack trace's lines, where there is one. */
	trace: string[];
}

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"];

/** The log's lines since an instant, oldest first, at and above a level. Managed Flink writes JSON; other lines are given as they are. */
export async function* readLog(
	client: CloudWatchLogsClient,
	logGroupName: string,
	{ since, level, match }: { since: Date; level: string; match?: string },
): AsyncGenerator<LogLine> {
	const query = {
		logGroupName,
		startTime: since.getTime(),
		...(match === undefined ? {} : { filterPattern: `"${match.replaceAll('"', "")}"` }),
	};
	for await (const { events = [] } of paginateFilterLogEvents({ client }, query)) {
		for (const { timestamp = 0, message = "" } of events) {
			const line = lineOf(new Date(timestamp), message);
			if (LEVELS.indexOf(line.level) >= LEVELS.indexOf(level)) yield line;
		}
	}
}

/** A line of the log group, read. */
export function lineOf(at: Date, text: string): LogLine {
	const plain = { at: at.toISOString(), level: "INFO", logger: "", message: text.trimEnd(), trace: [] };
	let json: Record<string, unknown>;
	try {
		json = JSON.parse(text) as Record<string, unknown>;
	} catch {
		return plain;
	}
	if (typeof json.message !== "string") return plain;
	const trace = (json.throwableInformation ?? []) as string | string[];
	return {
		at: plain.at,
		level: String(json.messageType ?? "INFO"),
		logger: String(json.logger ?? ""),
		message: json.message,
		trace: Array.isArray(trace) ? trace.map(String) : [String(trace)],
	};
}

/** A line for people: the trace is cut to its causes, unless all of it is wanted. */
export function sayLine({ at, level, logger, message, trace }: LogLine, whole: boolean): string {
	const kept = whole ? trace : trace.filter((line, index) => index === 0 || line.startsWith("Caused by"));
	const short = logger.split(".").at(-1) ?? "";
	return [`${at} ${level.padEnd(5)} ${short ? `${short}: ` : ""}${message}`, ...kept.map((line) => `    ${line}`)].join(
		"\n",
	);
}
