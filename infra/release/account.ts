import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { GlueClient } from "@aws-sdk/client-glue";
import { KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { S3Client } from "@aws-sdk/client-s3";
import type { Command } from "commander";
import { documentClient } from "../../landing/dynamodb/client.ts";
import { UserError } from "../../local/errors.ts";
import { kinesisClient } from "../../producer/client.ts";
import type { Config, Overrides } from "../config.ts";
import { configOption, environmentOption, type SettingsOptions, settingsOf } from "../settings.ts";
import { type ManagedFlink, managedFlink } from "./managed-flink.ts";

/** What each command about an application on AWS takes. */
export interface AccountOptions extends SettingsOptions {
	region?: string;
}

/** Adds `--env`, `--region` and `--config`. */
export function addAccountOptions(command: Command): Command {
	return command
		.addOption(environmentOption())
		.option("--region <name>", "the region (default: AWS_REGION, or the profile's)")
		.addOption(configOption());
}

/** An environment in an account: its settings, and AWS' services as the credentials that are found may use them. */
export interface Account {
	config: Config;
	overrides: Overrides;
	region: string;
	flink: ManagedFlink;
	s3: S3Client;
	glue: GlueClient;
	stacks: CloudFormationClient;
	metrics: CloudWatchClient;
	logs: CloudWatchLogsClient;
	kinesis: ReturnType<typeof kinesisClient>;
	documents: ReturnType<typeof documentClient>;
}

/**
 * Works with an environment in the account that AWS' settings name.
 *
 * @throws UserError for wrong settings, and where no region or no credentials are found
 */
export async function withAccount<T>(
	{ region, ...options }: AccountOptions,
	work: (account: Account) => Promise<T>,
): Promise<T> {
	// With AWS_ENDPOINT_URL an emulator is in the place of AWS, for the job too.
	const endpoint = process.env.AWS_ENDPOINT_URL;
	let { config, overrides } = settingsOf(options);
	if (endpoint !== undefined) {
		const endpoints = { aws: endpoint };
		config = { ...config, endpoints: { ...config.endpoints, ...endpoints } };
		overrides = { ...overrides, endpoints: { ...overrides.endpoints, ...endpoints } };
	}
	const where = { ...(region === undefined ? {} : { region }), maxAttempts: 5 };
	const flink = new KinesisAnalyticsV2Client(where);
	const place = await flink.config.region().catch((cause) => {
		throw new UserError("No region is set: give --region, or AWS_REGION, or a profile that has one", { cause });
	});
	const kinesis = kinesisClient({ region: place, endpoint, maxAttempts: where.maxAttempts });
	const clients = {
		s3: new S3Client({ ...where, forcePathStyle: endpoint !== undefined }),
		glue: new GlueClient(where),
		stacks: new CloudFormationClient(where),
		metrics: new CloudWatchClient(where),
		logs: new CloudWatchLogsClient(where),
		kinesis,
		documents: documentClient(where),
	};
	try {
		return await work({ config, overrides, region: place, flink: managedFlink(flink, config.prefix), ...clients });
	} catch (error) {
		if (error instanceof Error && error.name === "CredentialsProviderError")
			throw new UserError(`No AWS credentials are found: ${error.message}. Sign in, or set AWS_PROFILE`, {
				cause: error,
			});
		throw ofAws(error) ?? error;
	} finally {
		for (const client of [flink, ...Object.values(clients)]) client.destroy();
	}
}

/** What AWS' services say, or that they say nothing, for people; undefined for what is a mistake of our own. */
function ofAws(error: unknown): UserError | undefined {
	if (!(error instanceof Error) || error instanceof UserError) return undefined;
	const cause = { cause: error };
	if ("$response" in error || "$fault" in error)
		return new UserError(
			`AWS answers ${error.name}: ${error.message}. AWS_PROFILE and AWS_REGION name the account and region`,
			cause,
		);
	if (!("code" in error) || !("syscall" in error)) return undefined;
	return new UserError(
		`AWS does not answer: ${error.message}. Check the network, --region and AWS_ENDPOINT_URL`,
		cause,
	);
}
