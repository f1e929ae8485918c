/**
 * The actions of Managed Flink as the service does them over time, on the emulator's, which does each at once. Sources, all of
 * AWS: "API reference: RollbackApplication, StopApplication, UpdateApplication, StartApplication, ApplicationDetail,
 * ApplicationOperationInfoDetails, OperationFailureDetails, RunConfigurationUpdate, FlinkRunConfiguration,
 * ListApplicationVersions"; developer guide: "Enable system rollbacks for your Managed Service for Apache Flink application",
 * "System rollback best practices", "Roll back application upgrades", "Manage application backups using snapshots"; and the
 * Agent Toolkit's "Application Lifecycle Operations" for which status follows which. What they leave open is marked OPEN.
 */
import type { ApplicationStatus, RunConfiguration } from "@aws-sdk/client-kinesis-analytics-v2";
import {
	type Application,
	type Ask,
	begin,
	codeOf,
	type Detail,
	end,
	newId,
	type Operation,
	type Outcome,
	previousRunning,
	Refusal,
	type Rule,
	type Run,
	step,
	type Version,
} from "./life.ts";
import {
	cancel,
	describe,
	newApplication,
	remember,
	requireStatus,
	settings,
	stopUnderneath,
	visible,
} from "./record.ts";
import { asUpdate } from "./restore_config.ts";
import { newSnapshots, readySnapshots, restoreOf } from "./snapshots.ts";

export type ControlPlane = ReturnType<typeof controlPlane>;

/** @param steps how many reads see a status of transition before it settles */
export function controlPlane(steps: number) {
	const applications = new Map<string, Application>();
	const rules: Rule[] = [];
	const runs: Run[] = [];

	/** The application as it is in the emulator now; what was done there past the stand-in (by CloudFormation) is taken in. */
	async function sight(ask: Ask, name: string): Promise<{ app: Application; detail: Detail }> {
		let detail: Detail;
		try {
			detail = await describe(ask, name);
		} catch (error) {
			if (error instanceof Refusal && error.name === "ResourceNotFoundException") applications.delete(name);
			throw error;
		}
		let app = applications.get(name);
		if (!app || app.createTimestamp !== detail.CreateTimestamp || app.version > detail.ApplicationVersionId) {
			app = newApplication(detail);
			applications.set(name, app);
			remember(app, detail, { ran: app.status === "RUNNING" });
		}
		if (!app.transition && app.status !== detail.ApplicationStatus) {
			app.status = detail.ApplicationStatus ?? "READY";
			if (app.status === "RUNNING") remember(app, detail, { ran: true });
		}
		if (app.version < detail.ApplicationVersionId) await takeIn(ask, app, detail);
		return { app, detail };
	}

	/** CloudFormation waits for its update, so this one is over when it is first seen; a logging option starts no new job. */
	async function takeIn(ask: Ask, app: Application, detail: Detail): Promise<void> {
		const before = app.versions.get(app.version);
		const from = app.version;
		const sameJob = before !== undefined && settings(before.detail) === settings(detail);
		remember(app, detail, { ran: sameJob && before.ran });
		if (app.transition || sameJob) return;
		app.changed = { ApplicationVersionUpdatedFrom: from };
		const operation = begin(app, "UpdateApplication", newId(), { from, to: app.version });
		if (app.status !== "RUNNING") return end(operation, "SUCCESSFUL");
		const made = await newSnapshots(ask, app, 0);
		const restore = await restoreOf(ask, app, undefined, made);
		launch(app, detail, operation, "UPDATING", restore, (ask, text) => updateFailed(ask, app, operation, text), 0);
		await step(app, ask);
	}

	function outcomeOf(detail: Detail, run: Omit<Run, "outcome">): Outcome {
		for (const rule of rules.toReversed()) {
			const outcome = rule(structuredClone(detail), run);
			if (outcome) return outcome;
		}
		return "runs";
	}

	/** A job begins, and the status is `status` until it runs or has failed. */
	function launch(
		app: Application,
		detail: Detail,
		operation: Operation,
		status: ApplicationStatus,
		restore: Pick<Run, "restoredFrom" | "allowNonRestored">,
		failed: (ask: Ask, text: string) => Promise<void>,
		left = steps,
	): void {
		const begun = { application: app.name, version: app.version, ...codeOf(detail), ...restore };
		const outcome = outcomeOf(detail, begun);
		runs.push({ ...begun, outcome: typeof outcome === "object" ? "fails" : outcome });
		app.run = restore;
		app.status = status;
		app.transition = {
			left: outcome === "hangs" ? Number.POSITIVE_INFINITY : left,
			operation,
			settle: async (ask) => {
				if (typeof outcome === "object") return failed(ask, outcome.fails);
				app.status = "RUNNING";
				const version = app.versions.get(begun.version);
				if (version) version.ran = true;
				end(operation, "SUCCESSFUL");
			},
		};
	}

	/** "System rollback best practices": without the opt-in, or where the rollback fails too, the application is READY. */
	async function updateFailed(ask: Ask, app: Application, operation: Operation, text: string): Promise<void> {
		end(operation, "FAILED", text);
		const config = app.versions.get(app.version)?.detail.ApplicationConfigurationDescription;
		const optedIn = config?.ApplicationSystemRollbackConfigurationDescription?.RollbackEnabled;
		const target = previousRunning(app);
		if (!optedIn || !target || (await readySnapshots(ask, app)).length === 0) return stopUnderneath(ask, app);
		const rollback = await rollBack(ask, app, target);
		operation.OperationFailureDetails = {
			ErrorInfo: { ErrorString: text },
			RollbackOperationId: rollback.operation.OperationId,
		};
	}

	async function failedToReady(ask: Ask, app: Application, operation: Operation, text: string): Promise<void> {
		end(operation, "FAILED", text);
		await stopUnderneath(ask, app);
	}

	/**
	 * The configuration of an earlier version becomes a new version, from the last successful snapshot. OPEN: when the new
	 * version shows; here as soon as the rollback has begun, as with an update.
	 */
	async function rollBack(ask: Ask, app: Application, [to, { detail: earlier }]: [number, Version]) {
		const from = app.version;
		const restore = await restoreOf(ask, app, undefined);
		await stopUnderneath(ask, app);
		const input = { ApplicationName: app.name, CurrentApplicationVersionId: from, ...asUpdate(earlier) };
		await ask("UpdateApplication", input);
		await ask("StartApplication", { ApplicationName: app.name });
		const detail = await describe(ask, app.name);
		const left = app.versions.get(from);
		if (left) left.rolledBack = true;
		remember(app, detail, { byRollback: true });
		app.changed = { ApplicationVersionRolledBackFrom: from, ApplicationVersionRolledBackTo: to };
		const operation = begin(app, "RollbackApplication", newId(), { from, to: app.version });
		launch(app, detail, operation, "ROLLING_BACK", restore, (ask, text) => failedToReady(ask, app, operation, text));
		return { operation, detail };
	}

	async function start(ask: Ask, input: { ApplicationName: string; RunConfiguration?: RunConfiguration }) {
		const { app, detail } = await sight(ask, input.ApplicationName);
		requireStatus(app, ["READY"], "started");
		const restore = await restoreOf(ask, app, input.RunConfiguration);
		const { OperationId } = await ask("StartApplication", input);
		const operation = begin(app, "StartApplication", OperationId as string);
		launch(app, detail, operation, "STARTING", restore, (ask, text) => failedToReady(ask, app, operation, text));
		return { OperationId };
	}

	async function update(ask: Ask, input: Record<string, unknown> & { ApplicationName: string }) {
		const { app } = await sight(ask, input.ApplicationName);
		requireStatus(app, ["READY", "RUNNING"], "updated");
		if (input.CurrentApplicationVersionId === undefined && input.ConditionalToken === undefined) {
			throw new Refusal("InvalidArgumentException", "Give CurrentApplicationVersionId or ConditionalToken.");
		}
		const running = app.status === "RUNNING";
		const run = input.RunConfigurationUpdate as RunConfiguration | undefined;
		await newSnapshots(ask, app, 0);
		const asked = await restoreOf(ask, app, run);
		const from = app.version;
		const { OperationId } = await ask("UpdateApplication", input);
		const made = await newSnapshots(ask, app, steps);
		const detail = await describe(ask, app.name);
		remember(app, detail);
		app.changed = { ApplicationVersionUpdatedFrom: from };
		const operation = begin(app, "UpdateApplication", OperationId as string, { from, to: app.version });
		if (running) {
			const restore = await restoreOf(ask, app, run, made);
			launch(app, detail, operation, "UPDATING", restore, (ask, text) => updateFailed(ask, app, operation, text));
		} else {
			app.run = asked;
			move(app, "UPDATING", operation, "READY");
		}
		return { ApplicationDetail: visible(app, detail), OperationId };
	}

	/** With Force there is no snapshot, and what was under way is CANCELLED (OPEN: AWS does not say when an operation is). */
	async function stop(ask: Ask, input: { ApplicationName: string; Force?: boolean }) {
		const { app } = await sight(ask, input.ApplicationName);
		const force = input.Force === true;
		const from: ApplicationStatus[] = force
			? ["STARTING", "UPDATING", "STOPPING", "AUTOSCALING", "RUNNING"]
			: ["RUNNING"];
		requireStatus(app, from, "stopped");
		await newSnapshots(ask, app, 0);
		cancel(app);
		let id = newId();
		// A forced stop of what is stopping finds the emulator's application stopped.
		if ((await describe(ask, app.name)).ApplicationStatus === "RUNNING") {
			id = (await ask("StopApplication", input)).OperationId as string;
		}
		await newSnapshots(ask, app, steps);
		move(app, force ? "FORCE_STOPPING" : "STOPPING", begin(app, "StopApplication", id), "READY");
		return { OperationId: id };
	}

	/** OPEN: which exceptions say that there is no snapshot and no earlier version. */
	async function rollback(ask: Ask, input: { ApplicationName: string; CurrentApplicationVersionId?: number }) {
		const { app } = await sight(ask, input.ApplicationName);
		requireStatus(app, ["UPDATING", "AUTOSCALING", "RUNNING"], "rolled back");
		if (input.CurrentApplicationVersionId !== app.version) {
			throw new Refusal(
				"ConcurrentModificationException",
				"The provided application version ID does not match the most recent version for the application.",
			);
		}
		const target = previousRunning(app);
		if (!target)
			throw new Refusal("InvalidRequestException", `Application ${app.name} has no previous running version.`);
		if ((await readySnapshots(ask, app)).length === 0) {
			throw new Refusal("InvalidRequestException", `Application ${app.name} has no snapshot to be rolled back to.`);
		}
		cancel(app);
		const { operation, detail } = await rollBack(ask, app, target);
		return { ApplicationDetail: visible(app, detail), OperationId: operation.OperationId };
	}

	function move(app: Application, status: ApplicationStatus, operation: Operation, to: ApplicationStatus): void {
		app.status = status;
		app.transition = {
			left: steps,
			operation,
			settle: async () => {
				app.status = to;
				end(operation, "SUCCESSFUL");
			},
		};
	}

	return { applications, rules, runs, sight, start, update, stop, rollback };
}
