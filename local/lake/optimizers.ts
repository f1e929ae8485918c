import {
	AlreadyExistsException,
	CreateTableOptimizerCommand,
	EntityNotFoundException,
	GetTableOptimizerCommand,
	GlueClient,
	type TableOptimizer,
	type TableOptimizerConfiguration,
	UpdateTableOptimizerCommand,
} from "@aws-sdk/client-glue";
import { stackName } from "../../infra/config.ts";
import { type SettingsOptions, settingsOf } from "../../infra/settings.ts";
import { messageOf, UserError } from "../errors.ts";
import { tableOf } from "../format.ts";
import { icebergTables } from "../lake.ts";
import { outputsOf } from "../outputs.ts";
import { choose } from "./maintain.ts";
import { isSet, OPTIMIZERS, type Optimizer, optimizerSettings } from "./optimizer-settings.ts";

export interface OptimizeOptions extends SettingsOptions {
	tables: readonly string[];
	keepMs: number;
	/** Only show what is set. */
	dryRun: boolean;
	enabled: boolean;
}

/** One optimizer of one table, after what was done. */
export interface Optimized {
	table: string;
	optimizer: Optimizer;
	/** `missing` and `different` are what a dry run leaves so. */
	state: "created" | "updated" | "unchanged" | "missing" | "different";
	enabled: boolean;
	/** Of the last run: when it began, what came of it, and what it says of an error. */
	lastRun?: { startedAt?: string; event?: string; error?: string };
}

/** The Glue table a request is about. */
interface Place {
	CatalogId: string;
	DatabaseName: string;
	TableName: string;
	Type: Optimizer;
}

/**
 * Sets Glue's optimizers on the tables of the deployed lake: the job makes these, so no template can. Done twice it
 * changes nothing more. Throws {@link UserError} where the stack or a table is not there, or Glue refuses.
 */
export async function optimizeOnAws(options: OptimizeOptions): Promise<Optimized[]> {
	const { config } = settingsOf(options);
	const stack = stackName(config, "Lake");
	const { LakeDatabase = "", LakeMaintenanceRole = "" } = await outputsOf(stack);
	const account = LakeMaintenanceRole.split(":")[4];
	if (!LakeDatabase || !account) {
		throw new UserError(`The stack ${stack} has no role for Glue's optimizers: deploy it again as it is now`);
	}
	const { retentionHours } = config;
	const settings = optimizerSettings(LakeMaintenanceRole, { ...options, retentionHours });
	const glue = new GlueClient();
	try {
		const known = [...(await icebergTables(glue, LakeDatabase)).keys()];
		const tables = choose(options.tables, known, `the database ${LakeDatabase}`);
		const all: Optimized[] = [];
		for (const TableName of tables) {
			for (const Type of OPTIMIZERS) {
				const place = { CatalogId: account, DatabaseName: LakeDatabase, TableName, Type };
				all.push(await optimize(glue, place, settings[Type], options.dryRun));
			}
		}
		return all;
	} catch (cause) {
		if (cause instanceof UserError) throw cause;
		throw new UserError(
			`Glue's optimizers are not as they should be: ${messageOf(cause)}. It takes glue:GetTables, GetTableOptimizer, CreateTableOptimizer and UpdateTableOptimizer, and iam:PassRole for ${LakeMaintenanceRole}; what is set stays, and the command can be given again`,
			{ cause },
		);
	} finally {
		glue.destroy();
	}
}

async function optimize(
	glue: GlueClient,
	place: Place,
	wanted: TableOptimizerConfiguration,
	dryRun: boolean,
): Promise<Optimized> {
	const found = await read(glue, place);
	const same = isSet(found?.configuration, wanted);
	const done = (state: Optimized["state"], enabled = wanted.enabled): Optimized => ({
		table: place.TableName,
		optimizer: place.Type,
		state,
		enabled: enabled ?? false,
		...(found?.lastRun ? { lastRun: lastRunOf(found.lastRun) } : {}),
	});
	// One that was never there is off already.
	if (same || (!found && !wanted.enabled)) return done("unchanged");
	if (dryRun) return done(found ? "different" : "missing", found?.configuration?.enabled ?? false);
	if (!found) {
		try {
			await glue.send(new CreateTableOptimizerCommand({ ...place, TableOptimizerConfiguration: wanted }));
			return done("created");
		} catch (error) {
			// One that was deleted or switched off is not shown, and still there.
			if (!(error instanceof AlreadyExistsException)) throw error;
		}
	}
	await glue.send(new UpdateTableOptimizerCommand({ ...place, TableOptimizerConfiguration: wanted }));
	return done("updated");
}

async function read(glue: GlueClient, place: Place): Promise<TableOptimizer | undefined> {
	try {
		return (await glue.send(new GetTableOptimizerCommand(place))).TableOptimizer;
	} catch (error) {
		if (error instanceof EntityNotFoundException) return undefined;
		throw error;
	}
}

function lastRunOf({ startTimestamp, eventType, error }: NonNullable<TableOptimizer["lastRun"]>) {
	return {
		...(startTimestamp ? { startedAt: startTimestamp.toISOString() } : {}),
		...(eventType ? { event: eventType } : {}),
		...(error ? { error } : {}),
	};
}

/** What is set, as a table for people. */
export function sayOptimizers(all: readonly Optimized[], dryRun: boolean): string {
	const rows = all.map(({ table, optimizer, state, enabled, lastRun }) => [
		table,
		optimizer,
		enabled ? "on" : "off",
		state,
		[lastRun?.event, lastRun?.startedAt, lastRun?.error].filter(Boolean).join(" ") || "none yet",
	]);
	const text = tableOf({ columns: ["table", "optimizer", "is", "was", "last run"], rows });
	return dryRun ? `${text}\nNothing was changed; without --dry-run, missing and different ones are set` : text;
}
