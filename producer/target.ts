import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { liveDir, stateDir } from "../local/paths.ts";
import { UserError } from "./errors.ts";

/** Where `tidemark produce` sends to. */
export interface Target {
	readonly stream: string;
	/** Undefined: AWS itself. */
	readonly endpoint: string | undefined;
	readonly region: string | undefined;
	/** The folder in which trades for this stream wait while it cannot be reached. */
	readonly spool: string;
}

export interface TargetOptions {
	readonly stream?: string;
	readonly endpoint?: string;
	readonly region?: string;
}

export const DEFAULT_STREAM = "tidemark-trades";

/**
 * The stream that options name, otherwise that of the local stack. AWS has to be named: trades of a test that end in
 * somebody's account because nothing runs here would be a bad surprise.
 * @throws if no endpoint is given and no local stack is up
 */
export function findTarget(options: TargetOptions, stackFile: string = liveStackFile()): Target {
	const { endpoint, region, stream = DEFAULT_STREAM } = options;
	if (endpoint === "aws") {
		const spool = spoolDir(`aws-${region ?? process.env.AWS_REGION ?? "default"}`, stream);
		return { stream, endpoint: undefined, region, spool };
	}
	if (endpoint !== undefined) {
		if (!URL.canParse(endpoint)) throw new UserError(`--endpoint takes a URL or aws, but was given ${endpoint}.`);
		return { stream, endpoint, region, spool: spoolDir(new URL(endpoint).host, stream) };
	}
	const stack = readStack(stackFile);
	if (stack === undefined) {
		throw new UserError(
			"No local stack is up to send to. Start one with npm start, or name the place: --endpoint URL, or --endpoint aws.",
		);
	}
	const name = options.stream ?? stack.outputs?.TradesStream ?? DEFAULT_STREAM;
	// It goes with the stack: what waits for a stream that was removed has nowhere to go.
	return { stream: name, endpoint: stack.endpoints.aws, region, spool: join(dirname(stackFile), "spool", name) };
}

interface StackFile {
	readonly pid: number;
	readonly endpoints: { readonly aws: string };
	readonly outputs?: { readonly TradesStream?: string };
}

/** What the stack that is up wrote down; undefined if there is none, or its process is gone. */
function readStack(file: string): StackFile | undefined {
	try {
		const stack = JSON.parse(readFileSync(file, "utf8")) as StackFile;
		// Signal 0 is not sent: it only asks whether the process is there.
		process.kill(stack.pid, 0);
		return stack;
	} catch {
		return undefined;
	}
}

function spoolDir(place: string, stream: string): string {
	return join(stateDir(), "spool", `${place}-${stream}`.replace(/[^\w.-]/g, "-"));
}

function liveStackFile(): string {
	return join(liveDir(), "stack.json");
}
