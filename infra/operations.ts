import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Alarm, AlarmStatusWidget, Dashboard, GraphWidget } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { functionsIn } from "./consumer.ts";
import type { Streams } from "./ingest.ts";
import {
	comparisonOf,
	type Watch,
	watchApplication,
	watchDeadLetters,
	watchFunction,
	watchStreams,
} from "./watches.ts";

export type OperationsProps = StackProps & {
	config: Config;
	streams: Streams;
	/** The stacks whose functions and queues of dead letters are watched, all that are in them, by what alarms call them. */
	stacks: Readonly<Record<string, Stack>>;
};

/**
 * What tells people that the pipeline needs them: alarms that all speak to one topic, each with its paragraph of
 * docs/operating.md, and a dashboard that shows what they look at.
 */
export class OperationsStack extends Stack {
	constructor(scope: Construct, id: string, props: OperationsProps) {
		super(scope, id, props);
		const { config, streams, stacks } = props;
		const topic = this.topic(config);
		const groups: Watch[][] = [
			watchApplication(config),
			watchStreams(config, streams),
			Object.values(stacks).flatMap(functionsIn).flatMap(watchFunction),
			Object.entries(stacks).flatMap(([owner, stack]) =>
				deadLettersIn(stack).map((queue) => watchDeadLetters(queue, owner)),
			),
		];
		const made = groups.map((watches) =>
			watches.map((watch) => ({ alarm: this.alarm(watch, config, topic), title: watch.name })),
		);
		const alarms = made.flat().map(({ alarm }) => alarm);
		const graphs = made.map((group) => group.map(({ alarm, title }) => graphOf(alarm, title)));
		new Dashboard(this, "Dashboard", {
			dashboardName: `${config.prefix}-operations`,
			defaultInterval: Duration.hours(3),
			widgets: [[new AlarmStatusWidget({ title: "Alarms", width: 24, height: 5, alarms })], ...graphs],
		});
		new CfnOutput(this, "OperationsTopicArn", { value: topic.topicArn });
	}

	/** CloudWatch cannot use the key that SNS has of its own. */
	private topic({ prefix, operators }: Config): Topic {
		const key = new Key(this, "Key", {
			description: "What Tidemark's alarms say",
			enableKeyRotation: true,
			pendingWindow: Duration.days(7),
		});
		key.grant(new ServicePrincipal("cloudwatch.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*");
		const topic = new Topic(this, "Operations", {
			topicName: `${prefix}-operations`,
			displayName: "Tidemark operations",
			masterKey: key,
			enforceSSL: true,
		});
		for (const address of operators) topic.addSubscription(new EmailSubscription(address));
		return topic;
	}

	private alarm(watch: Watch, { prefix, runbook }: Config, topic: Topic): Alarm {
		const { name, says, metric, threshold, of } = watch;
		// Functions have the prefix in their names already.
		const alarmName = name.startsWith(`${prefix}-`) ? name : `${prefix}-${name}`;
		const alarm = new Alarm(this, name, {
			alarmName,
			alarmDescription: `${says} ${runbook}#${watch.runbook}`,
			metric,
			threshold,
			datapointsToAlarm: of[0],
			evaluationPeriods: of[1],
			...comparisonOf(watch),
		});
		const action = new SnsAction(topic);
		alarm.addAlarmAction(action);
		alarm.addOkAction(action);
		return alarm;
	}
}

function graphOf(alarm: Alarm, title: string): GraphWidget {
	return new GraphWidget({ title, left: [alarm.metric], leftAnnotations: [alarm.toAnnotation()], width: 8, height: 5 });
}

function deadLettersIn(stack: Stack): Queue[] {
	return stack.node.findAll().filter((each): each is Queue => each instanceof Queue && each.node.id === "DeadLetters");
}
