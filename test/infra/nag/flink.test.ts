import { App, Stack } from "aws-cdk-lib";
import { CfnApplication, CfnApplicationCloudWatchLoggingOption } from "aws-cdk-lib/aws-kinesisanalyticsv2";
import { describe, expect, test } from "vitest";
import { applicationConfiguration, applicationEncryption } from "../../../infra/application-configuration.ts";
import { readConfig } from "../../../infra/config.ts";
import { FlinkChecks } from "../../../infra/nag/flink.ts";
import { tempDir } from "../../local/support.ts";

const told = () => ({
	...applicationConfiguration(readConfig(), {
		code: { bucketArn: "arn:aws:s3:::code", fileKey: "runners/1.jar" },
		sqlLocation: "s3://code/releases/1/sql.zip",
		places: {
			region: "us-east-1",
			endpoint: (service) => `https://${service}.example`,
			streams: { trades: "t", bars: "b", ticks: "k", hits: "h" },
			lake: { warehouse: "s3://lake/lake", database: "lake" },
		},
	}),
	ApplicationEncryptionConfiguration: applicationEncryption,
});
type Told = ReturnType<typeof told>;

/** The rules that an application with this configuration breaks. */
function broken(change: (configuration: Told) => unknown, { logs = true } = {}): string[] {
	const app = new App({ outdir: tempDir() });
	const stack = new Stack(app, "Stack");
	const application = new CfnApplication(stack, "Application", {
		runtimeEnvironment: "FLINK-1_20",
		serviceExecutionRole: "arn:aws:iam::111122223333:role/job",
	});
	application.addPropertyOverride("ApplicationConfiguration", change(told()));
	if (logs) {
		new CfnApplicationCloudWatchLoggingOption(stack, "Logging", {
			applicationName: application.ref,
			cloudWatchLoggingOption: { logStreamArn: "arn:aws:logs:us-east-1:111122223333:log-group:job:log-stream:job" },
		});
	}
	return new FlinkChecks().validateScope(app).violations.map(({ ruleName }) => ruleName);
}

describe("an application", () => {
	test("as the stack makes it breaks no rule", () => {
		expect(broken((good) => good)).toEqual([]);
	});

	test("that says nothing of itself breaks all", () => {
		expect(broken(() => ({}), { logs: false })).toEqual(
			["Snapshots", "SystemRollback", "Checkpointing", "Logs", "Encryption"].map((name) => `TidemarkFlink-${name}`),
		);
	});

	test.each<[string, string, (good: Told) => unknown]>([
		[
			"without snapshots",
			"Snapshots",
			(good) => ({ ...good, ApplicationSnapshotConfiguration: { SnapshotsEnabled: false } }),
		],
		[
			"that the service does not roll back",
			"SystemRollback",
			(good) => ({ ...good, ApplicationSystemRollbackConfiguration: { RollbackEnabled: false } }),
		],
		[
			"that does not say whether it is rolled back",
			"SystemRollback",
			({ ApplicationSystemRollbackConfiguration: _, ...rest }) => rest,
		],
		[
			"without checkpoints",
			"Checkpointing",
			(good) => flink(good, { CheckpointConfiguration: { ConfigurationType: "CUSTOM", CheckpointingEnabled: false } }),
		],
		[
			"that logs errors only",
			"Logs",
			(good) => flink(good, { MonitoringConfiguration: { ConfigurationType: "CUSTOM", LogLevel: "ERROR" } }),
		],
		[
			"that does not say how it is encrypted",
			"Encryption",
			({ ApplicationEncryptionConfiguration: _, ...rest }) => rest,
		],
	])("%s breaks the rule %s", (_, rule, change) => {
		expect(broken(change)).toEqual([`TidemarkFlink-${rule}`]);
	});

	test("without a log stream breaks the rule of logs", () => {
		expect(broken((good) => good, { logs: false })).toEqual(["TidemarkFlink-Logs"]);
	});

	test("whose checkpoints are the service's own breaks none", () => {
		expect(broken((good) => flink(good, { CheckpointConfiguration: { ConfigurationType: "DEFAULT" } }))).toEqual([]);
	});

	test("is found wherever it is", () => {
		const app = new App({ outdir: tempDir() });
		const stack = new Stack(app, "Stack");
		const bare = { runtimeEnvironment: "FLINK-1_20", serviceExecutionRole: "arn:aws:iam::111122223333:role/job" };
		for (const id of ["One", "Other"]) new CfnApplication(stack, id, bare);
		const { violations } = new FlinkChecks().validateScope(app);
		const paths = violations.flatMap(({ violatingResources }) => violatingResources.map((each) => each.constructPath));
		expect(new Set(paths)).toEqual(new Set(["Stack/One", "Stack/Other"]));
	});
});

function flink(good: Told, change: object) {
	return { ...good, FlinkApplicationConfiguration: { ...good.FlinkApplicationConfiguration, ...change } };
}
