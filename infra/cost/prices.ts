/**
 * What AWS charges: list prices of us-east-1 (N. Virginia) in US dollars, without free tiers, discounts and taxes. `page`
 * is where AWS publishes the price. Its tables are filled in by a script, so few of them could be read there; `seen` says
 * how the number was found.
 */

/** The region whose prices these are. */
export const REGION = "us-east-1";
/** The day on which the prices were looked up. */
export const READ = "2026-11-26";

/**
 * How a price was found: `aws`: in a text by AWS. `quoted`: in texts that say they took it from AWS' page or price list.
 * `unconfirmed`: in none that could be relied on; it may be wrong.
 */
export type Seen = "aws" | "quoted" | "unconfirmed";

export type Price = {
	service: string;
	/** US dollars for one `unit`. */
	usd: number;
	unit: string;
	page: string;
	seen: Seen;
	/** The text in which it was found, or what is doubtful about it. */
	where: string;
};

const streams = { service: "Kinesis Data Streams", page: "https://aws.amazon.com/kinesis/data-streams/pricing/" };
const flink = { service: "Managed Flink", page: "https://aws.amazon.com/managed-service-apache-flink/pricing/" };
const s3 = { service: "S3", page: "https://aws.amazon.com/s3/pricing/" };
const glue = { service: "Glue", page: "https://aws.amazon.com/glue/pricing/" };
const lambda = { service: "Lambda", page: "https://aws.amazon.com/lambda/pricing/" };
const dynamodb = { service: "DynamoDB", page: "https://aws.amazon.com/dynamodb/pricing/on-demand/" };
const timestream = { page: "https://aws.amazon.com/timestream/pricing/" };
const influxdb = { service: "Timestream for InfluxDB", ...timestream };
const liveAnalytics = { service: "Timestream LiveAnalytics", ...timestream };
const cloudWatch = { service: "CloudWatch", page: "https://aws.amazon.com/cloudwatch/pricing/" };

const flinkText = "AWS' agent-toolkit-for-aws on GitHub, pricing-calculator.md (us-east-1)";
const glueText = "a transcript of AWS' page of 2026-10-07";
const kinesisText = "public cost calculators and notes that name AWS' page";
const liveAnalyticsText = "AWS' page as archived on 2020-07-28 (Ohio), and a third party's page of 2026";

export const PRICES = {
	shardHour: { ...streams, usd: 0.015, unit: "shard-hour", seen: "quoted", where: kinesisText },
	putUnits: { ...streams, usd: 0.014, unit: "million PUT payload units", seen: "quoted", where: kinesisText },
	streamHour: { ...streams, usd: 0.04, unit: "stream-hour", seen: "quoted", where: kinesisText },
	streamIn: { ...streams, usd: 0.08, unit: "GB in", seen: "quoted", where: kinesisText },
	streamOut: { ...streams, usd: 0.04, unit: "GB out", seen: "quoted", where: kinesisText },

	shardRetention: {
		...streams,
		usd: 0.02,
		unit: "shard-hour of more than a day",
		seen: "unconfirmed",
		where: "found in no text",
	},
	streamRetention: {
		...streams,
		usd: 0.1,
		unit: "GB-month of more than a day",
		seen: "unconfirmed",
		where: "found in no text",
	},
	longRetention: {
		...streams,
		usd: 0.023,
		unit: "GB-month of more than a week",
		seen: "unconfirmed",
		where: "found in no text",
	},

	kpuHour: { ...flink, usd: 0.11, unit: "KPU-hour", seen: "aws", where: flinkText },
	flinkStorage: {
		...flink,
		usd: 0.1,
		unit: "GB-month",
		seen: "aws",
		where: `${flinkText}; it calls the 50 GB of each KPU included, AWS' developer guide charges for running storage: counted`,
	},
	flinkBackup: { ...flink, usd: 0.023, unit: "GB-month", seen: "aws", where: flinkText },

	s3Storage: { ...s3, usd: 0.023, unit: "GB-month", seen: "quoted", where: "third parties' pages (the first 50 TB)" },
	s3Put: { ...s3, usd: 5, unit: "million PUT requests", seen: "quoted", where: "athena.guide, Pricing Model" },
	s3Get: { ...s3, usd: 0.4, unit: "million GET requests", seen: "quoted", where: "athena.guide, Pricing Model" },

	glueRequests: { ...glue, usd: 1, unit: "million requests", seen: "quoted", where: glueText },
	glueDpuHour: { ...glue, usd: 0.44, unit: "DPU-hour", seen: "quoted", where: glueText },
	athenaScan: {
		service: "Athena",
		page: "https://aws.amazon.com/athena/pricing/",
		usd: 5,
		unit: "TB scanned",
		seen: "quoted",
		where: "athena.guide, Pricing Model",
	},

	lambdaRequests: {
		...lambda,
		usd: 0.2,
		unit: "million requests",
		seen: "quoted",
		where: "a transcript of AWS' page of 2026-09-20",
	},
	lambdaGbSeconds: {
		...lambda,
		usd: 13.3334,
		unit: "million GB-seconds",
		seen: "quoted",
		where: "third parties' tables (ARM, the first 7.5 billion)",
	},
	dynamoWrites: {
		...dynamodb,
		usd: 0.625,
		unit: "million write units",
		seen: "quoted",
		where: "third parties' pages since the reduction of November 2024",
	},
	dynamoReads: {
		...dynamodb,
		usd: 0.125,
		unit: "million read units",
		seen: "quoted",
		where: "third parties' pages since the reduction of November 2024",
	},
	dynamoStorage: { ...dynamodb, usd: 0.25, unit: "GB-month", seen: "quoted", where: "third parties' tables" },

	influxHour: {
		...influxdb,
		usd: 0.13,
		unit: "db.influx.medium hour",
		seen: "unconfirmed",
		where: "made of AWS' words `Min cost: ~$95/month (db.influx.medium, on-demand)` in agent-toolkit-for-aws, by 730 h",
	},
	influxStorage: { ...influxdb, usd: 0.1, unit: "GB-month", seen: "unconfirmed", where: "found in no text" },
	endpointHour: {
		service: "PrivateLink",
		page: "https://aws.amazon.com/privatelink/pricing/",
		usd: 0.01,
		unit: "endpoint-hour in a zone",
		seen: "unconfirmed",
		where: "found in no text",
	},
	liveWrites: { ...liveAnalytics, usd: 0.5, unit: "million writes", seen: "quoted", where: liveAnalyticsText },
	liveMemory: { ...liveAnalytics, usd: 0.036, unit: "GB-hour in memory", seen: "quoted", where: liveAnalyticsText },
	liveMagnetic: { ...liveAnalytics, usd: 0.03, unit: "GB-month", seen: "quoted", where: liveAnalyticsText },

	snsPublishes: {
		service: "SNS",
		page: "https://aws.amazon.com/sns/pricing/",
		usd: 0.5,
		unit: "million requests",
		seen: "quoted",
		where: "factualminds.com, SNS pricing",
	},
	snsEmails: {
		service: "SNS",
		page: "https://aws.amazon.com/sns/pricing/",
		usd: 20,
		unit: "million e-mails",
		seen: "quoted",
		where: "factualminds.com, SNS pricing",
	},
	sqsRequests: {
		service: "SQS",
		page: "https://aws.amazon.com/sqs/pricing/",
		usd: 0.4,
		unit: "million requests",
		seen: "quoted",
		where: "third parties' tables",
	},
	logsIn: { ...cloudWatch, usd: 0.5, unit: "GB of logs", seen: "quoted", where: "cloudburn.io, of February 2026" },
	logsKept: { ...cloudWatch, usd: 0.03, unit: "GB-month of logs", seen: "unconfirmed", where: "found in no text" },
	alarmMetrics: {
		...cloudWatch,
		usd: 0.1,
		unit: "metric of an alarm",
		seen: "quoted",
		where: "c3x.dev, aws_cloudwatch_metric_alarm",
	},
	dashboards: { ...cloudWatch, usd: 3, unit: "dashboard", seen: "unconfirmed", where: "found in no text" },
	metrics: { ...cloudWatch, usd: 0.3, unit: "custom metric", seen: "quoted", where: "signoz.io, of February 2026" },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;
/** A price for each name: {@link PRICES}, or another region's. */
export type Prices = Readonly<Record<PriceName, Price>>;
