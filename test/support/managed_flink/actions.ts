import type { SnapshotDetails } from "@aws-sdk/client-kinesis-analytics-v2";
import type { ControlPlane } from "./control_plane.ts";
import { type Ask, Refusal, snapshotStatus, step, stepSnapshots } from "./life.ts";
import { visible } from "./record.ts";

type Input = Record<string, unknown> & { ApplicationName: string };

/**
 * Does an action of Managed Flink and returns what the service answers. What is not a matter of time (CreateApplication, tags,
 * logging options) is the emulator's.
 *
 * @throws {Refusal} the service's error
 */
export async function act(
	plane: ControlPlane,
	action: string,
	input: Input,
	{ ask, steps, snapshotFails }: { ask: Ask; steps: number; snapshotFails: (name: string) => boolean },
): Promise<unknown> {
	const seen = async () => (await plane.sight(ask, input.ApplicationName)).app;
	/** As a read of an application's state: time goes on by one step. */
	const read = async () => {
		const app = await seen();
		await step(app, ask);
		return app;
	};
	switch (action) {
		case "StartApplication":
			return plane.start(ask, input);
		case "UpdateApplication":
			return plane.update(ask, input);
		case "StopApplication":
			return plane.stop(ask, input);
		case "RollbackApplication":
			return plane.rollback(ask, input);

		case "DescribeApplication": {
			await read();
			const { app, detail } = await plane.sight(ask, input.ApplicationName);
			return { ApplicationDetail: visible(app, detail) };
		}
		case "DeleteApplication": {
			const app = await seen();
			if (app.transition) {
				throw new Refusal("ResourceInUseException", `Application ${app.name} is in ${app.status} status.`);
			}
			const answer = await ask(action, input);
			plane.applications.delete(app.name);
			return answer;
		}

		case "ListApplicationOperations": {
			// OPEN: in which order; here the newest first, as the console shows them.
			const app = await read();
			const { Operation, OperationStatus } = input;
			const all = app.operations.filter(
				(one) =>
					(Operation === undefined || one.Operation === Operation) &&
					(OperationStatus === undefined || one.OperationStatus === OperationStatus),
			);
			const summaries = all
				.toReversed()
				.map(({ ApplicationVersionChangeDetails: _, OperationFailureDetails: __, ...summary }) => summary);
			return page("ApplicationOperationInfoList", summaries, input);
		}
		case "DescribeApplicationOperation": {
			const app = await read();
			const operation = app.operations.find(({ OperationId }) => OperationId === input.OperationId);
			if (!operation) throw notFound(`Operation '${input.OperationId}' does not exist for application ${app.name}.`);
			const { OperationId: _, ...details } = operation;
			return { ApplicationOperationInfoDetails: details };
		}

		case "ListApplicationVersions": {
			// OPEN: what an older version's status is; the documentation says only that what was rolled back is listed too.
			const app = await seen();
			const summaries = [...app.versions].reverse().map(([id, { rolledBack }]) => ({
				ApplicationVersionId: id,
				ApplicationStatus: id === app.version ? app.status : rolledBack ? "ROLLED_BACK" : "READY",
			}));
			return page("ApplicationVersionSummaries", summaries, input);
		}
		case "DescribeApplicationVersion": {
			const app = await seen();
			const version = app.versions.get(Number(input.ApplicationVersionId));
			if (!version) throw notFound(`Version ${input.ApplicationVersionId} does not exist for application ${app.name}.`);
			if (version.detail.ApplicationVersionId === app.version) {
				return { ApplicationVersionDetail: visible(app, version.detail) };
			}
			const ApplicationStatus = version.rolledBack ? "ROLLED_BACK" : "READY";
			return { ApplicationVersionDetail: { ...version.detail, ApplicationStatus } };
		}

		case "CreateApplicationSnapshot": {
			const app = await seen();
			const name = String(input.SnapshotName);
			// "CreateApplicationSnapshot": only of an application that runs.
			if (app.status !== "RUNNING") {
				throw new Refusal(
					"InvalidRequestException",
					`Application ${app.name} is in ${app.status} status. Snapshot creation is only allowed when application is in RUNNING status`,
				);
			}
			const answer = await ask(action, input);
			app.snapshots.set(name, { left: steps, fails: snapshotFails(name) });
			return answer;
		}
		case "DescribeApplicationSnapshot": {
			const app = await seen();
			stepSnapshots(app);
			const { SnapshotDetails: snapshot } = (await ask(action, input)) as { SnapshotDetails: SnapshotDetails };
			const SnapshotStatus = snapshotStatus(app, String(snapshot.SnapshotName));
			return { SnapshotDetails: { ...snapshot, SnapshotStatus } };
		}
		case "ListApplicationSnapshots": {
			const app = await seen();
			stepSnapshots(app);
			const answer = (await ask(action, input)) as { SnapshotSummaries: SnapshotDetails[] };
			const SnapshotSummaries = answer.SnapshotSummaries.map((snapshot) => ({
				...snapshot,
				SnapshotStatus: snapshotStatus(app, String(snapshot.SnapshotName)),
			}));
			return { ...answer, SnapshotSummaries };
		}
		case "DeleteApplicationSnapshot": {
			const app = await seen();
			const name = String(input.SnapshotName);
			if (snapshotStatus(app, name) === "CREATING") {
				throw new Refusal("ResourceInUseException", `Snapshot ${name} is CREATING and cannot be deleted.`);
			}
			const answer = await ask(action, input);
			app.snapshots.delete(name);
			return answer;
		}
		default:
			return ask(action, input);
	}
}

/** A page of a list, as ListApplicationOperations and ListApplicationVersions give it: at most 50 entries. */
function page(name: string, all: object[], { Limit, NextToken }: Input): object {
	const from = NextToken === undefined ? 0 : Number(Buffer.from(String(NextToken), "base64url").toString());
	const to = from + Number(Limit ?? 50);
	if (!Number.isInteger(from)) throw new Refusal("InvalidArgumentException", `NextToken ${NextToken} is not known.`);
	const more = to < all.length ? { NextToken: Buffer.from(String(to)).toString("base64url") } : {};
	return { [name]: all.slice(from, to), ...more };
}

function notFound(message: string): Refusal {
	return new Refusal("ResourceNotFoundException", message);
}
