import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { GlueClient } from "@aws-sdk/client-glue";
import { KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { S3Client } from "@aws-sdk/client-s3";
import { type Command, Option } from "commander";
import { UserError } from "../../local/errors.ts";
import { kinesisClient } from "../../producer/client.ts";
import { type Config, type Overrides, readConfig } from "../config.ts";
import { environments } from "../environments.ts";
import { type ManagedFlink, managedFlink } from "./managed-flink.ts";

/** What each command about an application on AWS takes. */
export interface AccountOptions {
	env: string;
	region?: string;
	config?: string;
}

/** Adds `--env`, `--region` and `--config`. */
export function addAccountOptions(command: Command): Command {
	return command
		.addOption(
			new Option("--env <name>", "the environment, of infra/environments.ts")
				.choices(Object.keys(environments))
				.default("dev"),
		)
		.option("--region <name>", "the region (default: AWS_REGION, or the profile's)")
		.option("--config <json>", `what differs from the environment's settings, such as '{"prefix":"mine"}'`);
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
}

/**
 * Works with an environment in the account that AWS' settings name.
 *
 * @throws UserError for wrong settings, and where no region or no credentials are found
 */
export async function withAccount<T>(
	{ env, region, config: given }: AccountOptions,
	work: (account: Account) => Promise<T>,
): Promise<T> {
	// With AWS_ENDPOINT_URL an emulator is in the place of AWS, for the job too.
	const endpoint = process.env.AWS_ENDPOINT_URL;
	const overrides: Overrides = {
		...parse(given),
		...(endpoint === undefined ? {} : { endpoints: { ...parse(given).endpoints, aws: endpoint } }),
	};
	const config = settings(overrides, env);
	const where = { ...(region === undefined ? {} : { region }), maxAttempts: 5 };
	const flink = new KinesisAnalyticsV2Client(where);
	const place = await flink.config.region().catch((cause) => {
		throw new UserError("No region is set: give --region, or AWS_REGION, or a profile that has one", { cause });
	});
	const kinesis = kinesisClient({ region: place, ...(endpoint === undefined ? {} : { endpoint }) });
	const clients = {
		s3: new S3Client({ ...where, forcePathStyle: endpoint !== undefined }),
		glue: new GlueClient(where),
		stacks: new CloudFormationClient(where),
		metrics: new CloudWatchClient(where),
		logs: new CloudWatchLogsClient(where),
		kinesis,
	};
	try {
		return await work({ config, overrides, region: place, flink: managedFlink(flink, config.prefix), ...clients });
	} catch (error) {
		if (error instanceof Error && error.name === "CredentialsProviderError")
			throw new UserError(`No AWS credentials are found: ${error.message}. Sign in, or set AWS_PROFILE`, {
				cause: error,
			});
		throw error;
	} finally {
		for (const client of [flink, ...Object.values(clients)]) client.destroy();
	}
}

function settings(overrides: Overrides, env: string): Config {
	try {
		return readConfig(overrides, env);
	} catch (cause) {
		throw new UserError((cause as Error).message, { cause });
	}
}

function parse(text = "{}"): Overrides {
	try {
		return JSON.parse(text) as Overrides;
	} catch (cause) {
		throw new UserError(`--config is no JSON: ${text}. Write it as --config '{"prefix":"mine"}'`, { cause });
	}
}
