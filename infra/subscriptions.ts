import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { CfnSubscription, type Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { loadRules, type RuleSet } from "../alerting/rules/load.ts";

/**
 * The rules that the alerting functions are deployed with.
 *
 * @throws with every mistake in them, so that a deployment with broken rules ends before it begins
 */
export function readRulesFile(path: string): RuleSet {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (cause) {
		throw new Error(`The alerting rules cannot be read: ${path}. Set "rulesFile" to the file.`, { cause });
	}
	return loadRules(text, path);
}

/**
 * Subscribes somebody from the rules file to the topic. A queue's owner has to let the topic send to it, and email and web
 * hooks have to be confirmed there.
 */
export function subscribe(
	scope: Construct,
	topic: Topic,
	{ filter, ...target }: RuleSet["subscriptions"][number],
): void {
	const [[protocol, endpoint] = ["", ""]] = Object.entries(target);
	const id = createHash("sha256").update(String(endpoint)).digest("hex").slice(0, 12);
	new CfnSubscription(scope, `Subscription-${protocol}-${id}`, {
		topicArn: topic.topicArn,
		protocol,
		endpoint: String(endpoint),
		...(filter ? { filterPolicy: filter } : {}),
		// The JSON as it is, without SNS' envelope around it.
		...(protocol === "sqs" || protocol === "https" ? { rawMessageDelivery: true } : {}),
	});
}
