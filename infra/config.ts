import { resolve } from "node:path";
import { z } from "zod";
import { checkFeed, checkStores } from "./config-checks.ts";
import { type Environment, environmentOf, environments } from "./environments.ts";

const root = resolve(import.meta.dirname, "..");
const wholeNumber = z.int().positive();

const Store = z.enum(["influxdb", "live-analytics", "dynamodb"]);
/** A store that bars land in. */
export type Store = z.infer<typeof Store>;

/**
 * Every name and size of the stacks, with its default. Override any of them for an environment in infra/environments.ts, for
 * all of them in cdk.json under `context.tidemark`, or at the command line with `-c tidemark='{"shards":4}'`.
 */
const Settings = z.strictObject({
	/** Begins the name of each stack, and of each resource that has a fixed name; a second copy in one account needs its own. */
	prefix: z
		.string()
		.regex(/^[a-z][a-z0-9-]{0,30}$/, "must be lower case letters, digits and dashes, 31 at most")
		.default("tidemark"),

	/** Shards of each stream. Left out, the streams are on-demand and AWS scales them. */
	shards: wholeNumber.optional(),
	/** How long the stream of trades keeps its records: what a restart without state can read again. */
	retentionHours: z.int().min(24).max(8760).default(24),
	/** The same for the streams of results (bars, ticks, hits): how long a consumer may be broken without a loss. */
	resultsRetentionHours: z.int().min(24).max(8760).default(24),

	/**
	 * Whether data outlives its stack, whatever is done to it, and stacks refuse to be deleted. Otherwise a deleted stack
	 * takes all with it but buckets, which CloudFormation cannot empty.
	 */
	retainData: z.boolean().default(false),
	/** Days for which logs are kept; CloudWatch knows these numbers. */
	logDays: z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]).default(30),

	/**
	 * What runs on AWS to fill the stream of trades: `none` (send from elsewhere), `fargate` (a container that runs a feed
	 * all the time), or `lambda` (a function that collects bars of the past when its URL is called): docs/producer-on-aws.md.
	 */
	producer: z.enum(["none", "fargate", "lambda"]).default("none"),
	/**
	 * The container's feed: what follows `tidemark produce`, a word each. No history by default: a task that takes over
	 * from another would send it again, too late for its windows.
	 */
	producerFeed: z.array(z.string().min(1)).min(1).superRefine(checkFeed).default(["synthetic", "--history", "0"]),
	/** The container's CPU in units of 1/1024 vCPU; it gets 2 MiB of memory for each. */
	producerCpu: z.literal([256, 512, 1024, 2048, 4096]).default(256),
	/**
	 * Where the container runs. Left out, it gets a VPC of its own: public subnets, nothing may come in. A private subnet
	 * needs a way out: to Kinesis, ECR and the logs, and to the feed.
	 */
	producerVpc: z
		.strictObject({
			vpcId: z.string().regex(/^vpc-[0-9a-f]+$/),
			subnetIds: z.array(z.string().regex(/^subnet-[0-9a-f]+$/)).min(1),
			/** Whether the task gets a public address: where a subnet's way out is an internet gateway. */
			publicIp: z.boolean().default(false),
		})
		.optional(),

	/** Glue database of the lake. */
	lakeDatabase: z
		.string()
		.regex(/^[a-z0-9_]+$/, "must be lower case letters, digits and underscores, as Athena wants it")
		.default("tidemark"),
	/** Megabytes (of a million bytes) that a query on Athena may scan before it is cancelled; 10,000 cost about 5 cents. */
	athenaScanLimitMb: z.int().min(10).max(7_000_000).default(10_000),
	/** Days for which Athena's answers are kept. */
	athenaResultDays: wholeNumber.default(7),

	/** Parallel subtasks of the Flink job; more than the shards of `trades` idle. */
	parallelism: wholeNumber.default(1),
	/** Subtasks that share one KPU (1 vCPU, 4 GiB). */
	parallelismPerKpu: z.int().min(1).max(8).default(1),
	/** Time between two checkpoints. Lake rows become visible with them. */
	checkpointMs: z.int().min(100).default(60_000),
	/** Seconds that a window stays open after its end. */
	lateness: z.number().nonnegative().default(2),
	/** Seconds after which a caught-up shard without records no longer holds the watermark back. */
	shardIdle: z.number().positive().default(5),
	/**
	 * Where a job without state starts to read: at the stream's oldest record (`TRIM_HORIZON`), with what comes from now on
	 * (`LATEST`), or with what arrived at an instant, such as 2026-11-26T13:30:00Z. A restored job goes on where it was.
	 */
	initialPosition: z
		.union([
			z.enum(["TRIM_HORIZON", "LATEST"]),
			z.iso.datetime({
				offset: true,
				error: "must be TRIM_HORIZON, LATEST or an instant, such as 2026-11-26T13:30:00Z",
			}),
		])
		.default("TRIM_HORIZON"),
	/** The runner's jar and the folder with the job's SQL. */
	runnerJar: z.string().default(resolve(root, ".tidemark/tools/runner/tidemark-runner.jar")),
	sqlFolder: z.string().default(resolve(root, "sql")),

	/**
	 * `aws`: an emulator in place of AWS' own endpoints. `store`: the time-series store, anything that takes InfluxDB
	 * line protocol at /api/v2/write; without it there is one only where `stores` has `influxdb`. `sns`: what the alerting
	 * functions publish to in place of SNS.
	 */
	endpoints: z
		.strictObject({ aws: z.url().optional(), store: z.url().optional(), sns: z.url().optional() })
		.default({}),
	/**
	 * Where bars land, beside the lake: `influxdb` (at `endpoints.store`, or without that an instance of Timestream for
	 * InfluxDB that is made for it, in a network of its own), `live-analytics` (Timestream for LiveAnalytics,
	 * which takes no new customers), `dynamodb` (a table with the history of each symbol): docs/stores.md. Left out, it is
	 * `influxdb` where there is an address for it, and none otherwise. The latest prices are always kept.
	 */
	stores: z.array(Store).optional(),
	/** The store's bucket and organisation; QuestDB ignores both. */
	storeBucket: z.string().min(1).default("tidemark"),
	storeOrg: z.string().min(1).default("tidemark"),
	/** The instance of Timestream for InfluxDB, where one is made. */
	influxdb: z
		.strictObject({
			/** Its size: medium (1 vCPU, 8 GiB), large (2, 16), and so on. */
			instanceType: z
				.string()
				.regex(/^db\.influx\.[a-z0-9]+$/, "must be such as db.influx.medium")
				.default("db.influx.medium"),
			/** GiB of its disk; what AWS takes at least. It cannot be made smaller. */
			storageGb: z.int().min(20).max(16_384).default(20),
			/** Whether another waits in a second zone, for twice the price. Without it, bars wait in their stream meanwhile. */
			standby: z.boolean().default(false),
		})
		.prefault({}),
	/** The secret of Secrets Manager that holds the store's token: its name or its whole ARN. Left out, no token is sent. */
	storeSecret: z.string().min(1).optional(),
	/** Whether the store `dynamodb` keeps each tick too, beside the bars. */
	historyTicks: z.boolean().default(false),
	/** Days after which the store `dynamodb` forgets what was written. */
	historyDays: wholeNumber.default(90),
	/** Hours for which the store `live-analytics` keeps bars where queries are fast, and days for which it keeps them at all. */
	memoryStoreHours: z.int().min(1).max(8766).default(24),
	magneticStoreDays: z.int().min(1).max(73_000).default(365),

	/** Most records in one call of a landing function; as many lines go into one request to the store. */
	landingBatch: z.int().min(1).max(5_000).default(5_000),
	/** Most records in one call of an alerting function. */
	alertingBatch: z.int().min(1).max(1_000).default(100),
	/** How often a batch is tried again before its position goes to the dead-letter queue. */
	retries: z.int().min(1).max(10_000).default(1000),
	/** For an event source that takes a partial failure for success, as the emulator's: fail the whole batch instead. */
	retryWholeBatch: z.boolean().default(false),
	/** What alerts are about, and who gets them: docs/alerting.md. A relative path is from the repository's root. */
	rulesFile: z
		.string()
		.transform((path) => resolve(root, path))
		.default(resolve(root, "alerting/rules.yaml")),
	/**
	 * Whether event times are of the present. `false`, for a replay of the past: alerts are told whatever their age, and
	 * nobody looks for symbols that are silent.
	 */
	liveData: z.boolean().default(true),
	/** Days for which alerts are remembered; longer than a stream can be read again. */
	alertMemoryDays: wholeNumber.default(8),
	/** Who is mailed what alarms say. Each has to confirm it once. */
	operators: z.array(z.email()).default([]),
	/** Where docs/operating.md can be read: each alarm names it with the paragraph that says what to do. */
	runbook: z.string().min(1).default("docs/operating.md"),
	/**
	 * Records of trades in five minutes above which bars have to go out. Clocks alone must be fewer: while nothing is traded
	 * a producer sends each shard four a second, 1,200 in five minutes. The default is for eight shards at most.
	 */
	silenceMinimum: wholeNumber.default(10_000),
	/**
	 * A workspace of Amazon Managed Grafana, where people sign in by IAM Identity Center (`AWS_SSO`) or `SAML`; `version` such
	 * as 12.4, the newest if left out: docs/grafana.md. Left out altogether, there is none. An emulator gets none.
	 */
	managedGrafana: z
		.strictObject({
			signIn: z.enum(["AWS_SSO", "SAML"]).default("AWS_SSO"),
			version: z
				.string()
				.regex(/^1[1-9]\.\d+$/, "must be 11 or newer, such as 12.4: the dashboards need it")
				.optional(),
		})
		.optional(),
	/**
	 * The repository on GitHub whose workflow may deploy this environment without a key: docs/infrastructure.md. An account
	 * has one provider of GitHub's identities, which the stack of one environment makes, and the others use.
	 */
	github: z
		.strictObject({
			repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, "must be owner/name"),
			createProvider: z.boolean().default(true),
		})
		.optional(),
	/** Adds a queue that holds what was published, for the live page and for tests. */
	alertsQueue: z.boolean().default(false),
});
/** The settings, and the environment that they are of. */
export type Config = z.infer<typeof Settings> & { environment: Environment };
/** What can be overridden, as it is written in the context. */
export type Overrides = z.input<typeof Settings>;

/** The stores that bars land in. An emulator makes no InfluxDB: without an address there is none on it. */
export function storesOf({ stores, endpoints }: Config): Store[] {
	const chosen = stores ?? (endpoints.store === undefined ? [] : (["influxdb"] as const));
	const none = endpoints.store === undefined && endpoints.aws !== undefined;
	return chosen.filter((store) => !(none && store === "influxdb"));
}

/** Whether an instance of Timestream for InfluxDB is made. */
export function makesStore(config: Config): boolean {
	return storesOf(config).includes("influxdb") && config.endpoints.store === undefined;
}

/** A stage of the flow, with a stack of its own. */
export type Stage =
	| "Ingest"
	| "Producer"
	| "Lake"
	| "Athena"
	| "Compute"
	| "Application"
	| "Store"
	| "Landing"
	| "Alerting"
	| "Operations"
	| "Grafana"
	| "Delivery";

/** The name of a stage's stack: the prefix's words, and the stage; `TidemarkProdIngest` of `tidemark-prod`. */
export function stackName({ prefix }: Pick<Config, "prefix">, stage: Stage): string {
	const words = prefix.split("-").map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
	return `${words.join("")}${stage}`;
}

/**
 * The configuration of an environment, with `overrides` in place of its settings and these in place of the defaults.
 *
 * @param overrides the value of the context key `tidemark`: an object, or its JSON as `-c` passes it
 * @param environment the value of the context key `env`; `dev` if left out
 * @throws if it is no JSON object, names an unknown setting or has a wrong value, with all of them in the message; or if
 * there is no such environment
 */
export function readConfig(overrides: unknown = {}, environment: unknown = "dev"): Config {
	const name = environmentOf(environment);
	let given = overrides;
	if (typeof given === "string") {
		try {
			given = JSON.parse(given);
		} catch (cause) {
			throw new Error(
				`The context "tidemark" is not JSON: ${JSON.stringify(overrides)}. Write it as -c tidemark='{"shards":4}'.`,
				{ cause },
			);
		}
	}
	const whole = isObject(given) ? { ...environments[name], ...given } : given;
	const parsed = Settings.superRefine(checkStores).safeParse(whole);
	if (parsed.success) return { ...parsed.data, environment: name };
	throw new Error(
		`The context "tidemark" has mistakes:\n${z.prettifyError(parsed.error)}\ninfra/config.ts lists the settings: ${Object.keys(Settings.shape).join(", ")}.`,
		{ cause: parsed.error },
	);
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
