import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../../local/errors.ts";
import { log4jConfig } from "../../local/flink-config.ts";
import { type Child, crashMessage, startChild } from "../../local/process.ts";
import { workbenchArgs, workbenchEnv } from "./jvm.ts";
import type { Compilation, Problem } from "./types.ts";

/** The SQL is wrong; the message has a line for each problem. */
export class SqlError extends UserError {
	readonly problems: Problem[];

	constructor(problems: Problem[]) {
		super(problems.map(sayProblem).join("\n"));
		this.problems = problems;
	}
}

/** `file:line:column: message`, as far as the place is known. */
export function sayProblem({ file, line, column, message }: Problem): string {
	const place = [file, line, column].filter((part) => part !== null).join(":");
	return place === "" ? message : `${place}: ${message}`;
}

/** What is to be compiled. */
export interface Compile {
	/** The SQL directory. */
	sql: string;
	properties: Record<string, string>;
	/** The properties with which the files are fetched from S3, where those to compile with have another address. */
	places?: Record<string, string>;
	/** Whether the compiled plan is wanted too. */
	plan?: boolean;
	/** With `false` there is only the plan, which is quicker. */
	describe?: boolean;
}

/** Flink's planner. */
export interface Planner {
	/** Plans a SQL directory, reaching nothing. Throws {@link SqlError} with all that is wrong. */
	compile(what: Compile): Promise<Compilation>;
	/**
	 * Sends any request and returns its answer; rows that come before it go to `onRow`, with 1 for one that comes and -1 for
	 * one that is taken back. Throws {@link SqlError}, or Error where it failed otherwise.
	 */
	request<T>(what: string, body?: object, onRow?: OnRow): Promise<T>;
	/** Ends the JVM. */
	stop(): Promise<void>;
}

/** The planner, and a Flink to run on, in a JVM of its own that stays warm. */
export interface Workbench extends Planner {
	child: Child;
}

/** A row that a request gives out on its way. */
export type OnRow = (row: Record<string, unknown>, change: 1 | -1) => void;

/** How to start a workbench. */
export interface WorkbenchStart {
	/** What it is called in messages. */
	name?: string;
	java: string;
	/** Where it logs; a temporary file that is removed with the workbench if left out. */
	log?: string;
	/** log4j2's configuration; a default one if left out. */
	log4j?: string;
	cwd?: string;
	/** JVM options; the default suits a few seconds of planning, and small runs. */
	options?: readonly string[];
}

/** Starts faster, and needs less memory, than what a job that runs for days wants. */
const QUICK = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms256m", "-Xmx1g"];

/** Starts a workbench. Throws {@link UserError} if it cannot be started. */
export async function startWorkbench({
	name = "The SQL workbench",
	java,
	log,
	log4j,
	cwd,
	options = QUICK,
}: WorkbenchStart): Promise<Workbench> {
	const temporary = mkdtempSync(join(tmpdir(), "tidemark-workbench-"));
	const settings = log4j ?? join(temporary, "log4j2.properties");
	if (log4j === undefined) writeFileSync(settings, log4jConfig);
	const child = await startChild({
		name,
		command: java,
		args: workbenchArgs({ options: [`-Djava.io.tmpdir=${temporary}`, ...options], log4j: settings }),
		env: workbenchEnv(),
		log: log ?? join(temporary, "workbench.log"),
		cwd: cwd ?? temporary,
		talk: true,
	});
	const workbench = talkTo(child); // which reads the log's end first
	void child.exited.then(() => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 }));
	return workbench;
}

/** A workbench that was started with `talk`. */
export function talkTo(child: Child): Workbench {
	if (!child.talk) throw new Error(`${child.name} was not started to be talked to`);
	const { stdin, stdout } = child.talk;
	const open = new Map<number, (answer: Answer) => void>();
	const listening = new Map<number, OnRow>();
	let count = 0;
	let ended: string | undefined;
	stdin.on("error", () => {}); // that it has ended is told by its exit
	createInterface({ input: stdout }).on("line", (line) => {
		const answer = JSON.parse(line) as Answer;
		if (answer.row) return listening.get(answer.id)?.(answer.row, answer.change ?? 1);
		listening.delete(answer.id);
		open.get(answer.id)?.(answer);
		open.delete(answer.id);
	});
	void child.exited.then((exit) => {
		ended = crashMessage(child, exit);
		for (const [id, settle] of open) settle({ id, failed: ended });
		open.clear();
	});

	async function request<T>(what: string, body: object = {}, onRow?: OnRow): Promise<T> {
		if (ended !== undefined) throw new Error(ended);
		count += 1;
		const id = count;
		const answered = new Promise<Answer>((resolve) => open.set(id, resolve));
		if (onRow) listening.set(id, onRow);
		stdin.write(`${JSON.stringify({ id, do: what, ...body })}\n`);
		const answer = await answered;
		if (answer.problems) throw new SqlError(answer.problems);
		if (answer.failed !== undefined) throw new Error(answer.failed);
		return answer.ok as T;
	}

	return {
		child,
		request,
		compile: ({ plan = false, ...what }) => request<Compilation>("compile", { ...what, plan }),
		stop: () => child.stop(5_000),
	};
}

interface Answer {
	id: number;
	ok?: unknown;
	problems?: Problem[];
	failed?: string;
	row?: Record<string, unknown>;
	change?: 1 | -1;
}
