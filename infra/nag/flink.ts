import { type CfnResource, Stack } from "aws-cdk-lib";
import { CfnApplication, CfnApplicationCloudWatchLoggingOption } from "aws-cdk-lib/aws-kinesisanalyticsv2";
import { NagMessageLevel, NagPack, NagRuleCompliance } from "cdk-nag";

/** What an application is told, as the template has it. */
interface Told {
	ApplicationSnapshotConfiguration?: { SnapshotsEnabled?: unknown };
	ApplicationSystemRollbackConfiguration?: { RollbackEnabled?: unknown };
	ApplicationEncryptionConfiguration?: { KeyType?: unknown };
	FlinkApplicationConfiguration?: {
		CheckpointConfiguration?: { ConfigurationType?: unknown; CheckpointingEnabled?: unknown };
		MonitoringConfiguration?: { LogLevel?: unknown };
	};
}

interface FlinkRule {
	name: string;
	info: string;
	explanation: string;
	holds: (told: Told, application: CfnApplication) => boolean;
}

const flinkRules: FlinkRule[] = [
	{
		name: "Snapshots",
		info: "The Flink application takes no snapshots.",
		explanation: "Without one it begins anew after an update or a stop, and its windows are lost.",
		holds: ({ ApplicationSnapshotConfiguration: snapshots }) => snapshots?.SnapshotsEnabled === true,
	},
	{
		name: "SystemRollback",
		info: "The Flink application is not rolled back by the service.",
		explanation: "An update that cannot start would leave nothing running.",
		holds: ({ ApplicationSystemRollbackConfiguration: rollback }) => rollback?.RollbackEnabled === true,
	},
	{
		name: "Checkpointing",
		info: "The Flink application makes no checkpoints.",
		explanation: "A crash would lose its windows, and the lake's rows are committed with checkpoints.",
		// The service's own default has them on.
		holds: ({ FlinkApplicationConfiguration: flink }) => {
			const checkpoints = flink?.CheckpointConfiguration;
			return checkpoints?.ConfigurationType === "DEFAULT" || checkpoints?.CheckpointingEnabled === true;
		},
	},
	{
		name: "Logs",
		info: "The Flink application does not log to CloudWatch, or only errors.",
		explanation: "Nobody could say why it failed.",
		holds: ({ FlinkApplicationConfiguration: flink }, application) =>
			["INFO", "WARN"].includes(String(flink?.MonitoringConfiguration?.LogLevel)) && hasLog(application),
	},
	{
		name: "Encryption",
		info: "It is not said with which key the Flink application's state is encrypted.",
		explanation: "Checkpoints and snapshots hold trades; AWS' own key or one of yours is a choice to be seen.",
		holds: ({ ApplicationEncryptionConfiguration: encryption }) =>
			["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KEY"].includes(String(encryption?.KeyType)),
	},
];

/** What cdk-nag does not see of Managed Flink: whether its state is kept, and whether anybody could tell what went wrong. */
export class FlinkChecks extends NagPack {
	readonly name = "TidemarkFlink";

	constructor() {
		super();
		this.packName = this.name;
	}

	protected override checkResource(node: CfnResource): void {
		if (!(node instanceof CfnApplication)) return;
		for (const { name, info, explanation, holds } of flinkRules) {
			this.applyRule({
				ruleSuffixOverride: name,
				info,
				explanation,
				level: NagMessageLevel.ERROR,
				node,
				rule: () => (holds(toldOf(node), node) ? NagRuleCompliance.COMPLIANT : NagRuleCompliance.NON_COMPLIANT),
			});
		}
	}
}

/** Its configuration as it comes into the template, whichever way it was given. */
function toldOf(application: CfnApplication): Told {
	const { Resources } = Stack.of(application).resolve(application._toCloudFormation()) as {
		Resources: Record<string, { Properties?: { ApplicationConfiguration?: Told } }>;
	};
	return Object.values(Resources)[0]?.Properties?.ApplicationConfiguration ?? {};
}

/** Whether something in its stack gives it a log stream. */
function hasLog(application: CfnApplication): boolean {
	const stack = Stack.of(application);
	const own = JSON.stringify(stack.resolve(application.ref));
	return stack.node
		.findAll()
		.some(
			(each) =>
				each instanceof CfnApplicationCloudWatchLoggingOption &&
				[own, JSON.stringify(application.applicationName)].includes(
					JSON.stringify(stack.resolve(each.applicationName)),
				),
		);
}
