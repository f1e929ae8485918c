import { existsSync, readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { configOption, environmentOption, type SettingsOptions, settingsOf } from "../../infra/settings.ts";
import { readInstant } from "../../sql/athena/literals.ts";
import { type NamedQuery, namedQueries, readNamed } from "../../sql/athena/named.ts";
import { withValues } from "../../sql/athena/parameters.ts";
import { messageOf, UserError } from "../errors.ts";
import { FORMATS, type Format, targetOf } from "./answer.ts";
import { DOLLARS_PER_TB } from "./cost.ts";
import { runHere } from "./here.ts";
import { lintCommand } from "./lint-command.ts";
import { runOnAws } from "./on-aws.ts";
import { oneQuery } from "./statement.ts";

interface Options extends SettingsOptions {
	asOf?: Date;
	param: Record<string, string>;
	format?: Format;
	out?: string;
	run?: string;
	aws?: boolean;
	workgroup?: string;
	database?: string;
	region?: string;
	price: number;
}

const NOTES = `
Without a file it lists the named queries of sql/athena, with their parameters. The same text runs here and on AWS;
docs/athena.md says what the two understand differently.`;

/** `tidemark athena`: a query that runs here over the lake's snapshots as it runs on Athena. */
export function athenaCommand(): Command {
	return new Command("athena")
		.description("run a query over the lake, here with DuckDB or on AWS with Athena: the same text, the same rows")
		.argument("[file]", "a file of SQL, or the name of a query in sql/athena")
		.option("--as-of <time>", "the tables as they were: an instant such as 2020-05-14T13:30:00Z, or a day", instant)
		.option("--param <name=value>", "a parameter's value; again for each", parameter, {})
		.addOption(
			new Option("--format <format>", "of the answer (default: by --out's ending, else table)").choices(FORMATS),
		)
		.option("--out <file>", "write the answer to a file")
		.option("--run <id>", "read this run under .tidemark/runs, or live; by default the live stack, else the latest run")
		.option("--aws", "run it on Athena, with the credentials that AWS' SDK finds")
		.addOption(environmentOption())
		.addOption(configOption())
		.option("--workgroup <name>", "on AWS: Athena's workgroup (default: the environment's)")
		.option("--database <name>", "on AWS: the lake's Glue database (default: the environment's)")
		.option("--region <name>", "on AWS: the region (default: AWS_REGION, or the profile's)")
		.option("--price <dollars>", "on AWS: what a TB scanned costs there", price, DOLLARS_PER_TB)
		.addHelpText("after", NOTES)
		.addCommand(lintCommand())
		.action(async (file: string | undefined, options: Options) => {
			process.stdout.write(`${file === undefined ? list(namedQueries()) : await runFile(file, options)}\n`);
		});
}

/** Runs a file's query; returns what is to be printed. Throws {@link UserError} for whatever its user can put right. */
export async function runFile(file: string, options: Options): Promise<string> {
	const { name, text } = find(file);
	const { asOf, run, param, aws, region, price: dollarsPerTb } = options;
	if (aws && run !== undefined) throw new UserError("--run is a run on this machine: leave it or --aws out");
	const target = targetOf(options);
	const query = withValues(oneQuery(text, file), param);
	if (!aws) return runHere(query, { asOf, run, target });
	const { prefix, lakeDatabase } = settingsOf(options).config;
	const interrupted = new AbortController();
	const interrupt = () => interrupted.abort();
	process.once("SIGINT", interrupt);
	try {
		return await runOnAws(query, {
			asOf,
			target,
			aws: {
				workgroup: options.workgroup ?? prefix,
				database: options.database ?? lakeDatabase,
				region,
				dollarsPerTb,
			},
			say: (line) => process.stderr.write(`${name}: ${line}\n`),
			signal: interrupted.signal,
		});
	} finally {
		process.off("SIGINT", interrupt);
	}
}

function find(file: string): NamedQuery {
	if (existsSync(file)) return readNamed(file, read(file));
	const named = namedQueries();
	const found = named.find(({ name }) => name === file);
	if (found) return found;
	throw new UserError(
		`There is no file ${file}, and no query of that name in sql/athena: ${named.map(({ name }) => name).join(", ")}`,
	);
}

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		throw new UserError(`The file ${file} cannot be read: ${messageOf(cause)}`, { cause });
	}
}

/** The named queries, each with what its file says of it. */
export function list(named: NamedQuery[]): string {
	const each = named.map(({ name, comment, parameters }) => {
		const given = parameters.map(({ name, type, written }) => `${name}=${written ?? `(${type}, must be given)`}`);
		return [name, ...comment.map((line) => `  ${line}`), ...given.map((line) => `    --param ${line}`)].join("\n");
	});
	return each.join("\n\n");
}

function instant(text: string): Date {
	const read = readInstant(text);
	if (!read) throw new InvalidArgumentError("Give an instant with its offset, such as 2020-05-14T13:30:00Z, or a day.");
	return read;
}

function parameter(text: string, before: Record<string, string>): Record<string, string> {
	const at = text.indexOf("=");
	if (at < 1) throw new InvalidArgumentError("Give a name and a value, such as time_zone=Asia/Tokyo.");
	const name = text.slice(0, at).trim().toLowerCase();
	if (name in before) throw new InvalidArgumentError(`${name} is given twice.`);
	return { ...before, [name]: text.slice(at + 1) };
}

function price(text: string): number {
	const dollars = Number(text);
	if (text.trim() !== "" && dollars >= 0 && Number.isFinite(dollars)) return dollars;
	throw new InvalidArgumentError("Give US dollars for a TB, such as 5.");
}
