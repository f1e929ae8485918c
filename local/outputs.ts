import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { messageOf, UserError } from "./errors.ts";

/**
 * The outputs of a stack of the account and region that AWS_PROFILE and AWS_REGION name.
 *
 * @throws UserError where there is no such stack, or AWS does not answer
 */
export async function outputsOf(stack: string): Promise<Record<string, string>> {
	const client = new CloudFormationClient();
	try {
		const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
		const outputs = Stacks[0]?.Outputs ?? [];
		return Object.fromEntries(outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
	} catch (cause) {
		const missing = cause instanceof Error && cause.name === "ValidationError";
		throw new UserError(
			missing
				? `There is no stack ${stack} in the region ${await client.config.region()}: deploy it, or name the right account and region with AWS_PROFILE and AWS_REGION`
				: `AWS does not say the outputs of the stack ${stack}: ${messageOf(cause)}. AWS_PROFILE and AWS_REGION name the account and region`,
			{ cause },
		);
	} finally {
		client.destroy();
	}
}
