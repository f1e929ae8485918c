import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readConfig, stackName, storesOf } from "../../infra/config.ts";
import { checkComplete, environments } from "../../infra/environments.ts";

test("the defaults are those of an account on AWS", () => {
	const config = readConfig();
	expect(config).toMatchObject({
		prefix: "tidemark",
		retentionHours: 24,
		resultsRetentionHours: 24,
		lakeDatabase: "tidemark",
		parallelism: 1,
		checkpointMs: 60_000,
		lateness: 2,
		shardIdle: 5,
		endpoints: {},
		retryWholeBatch: false,
		alertsQueue: false,
		alertingBatch: 100,
		alertMemoryDays: 8,
		liveData: true,
		producer: "none",
	});
	expect(existsSync(config.rulesFile)).toBe(true);
	expect(config).not.toHaveProperty("shards");
	expect(existsSync(config.sqlFolder)).toBe(true);
	expect(config.runnerJar).toMatch(/\.tidemark\/tools\/runner\/tidemark-runner\.jar$/);
});

test("overrides come as an object or as JSON", () => {
	const overrides = { shards: 4, lateness: 0.5, endpoints: { aws: "http://127.0.0.1:4566" } };
	expect(readConfig(overrides)).toEqual({ ...readConfig(), ...overrides });
	expect(readConfig(JSON.stringify(overrides))).toEqual(readConfig(overrides));
	expect(readConfig(undefined)).toEqual(readConfig({}));
});

describe("an environment", () => {
	const operators = ["night@example.com"];

	test("is dev where none is named, and that is the defaults", () => {
		expect(readConfig({}, "dev")).toEqual(readConfig());
		expect(readConfig()).toMatchObject({ environment: "dev", retainData: false, logDays: 30 });
		expect(readConfig({ retentionHours: 48 }, undefined)).toEqual(readConfig({ retentionHours: 48 }));
	});

	test("has its settings, and what is given goes before them", () => {
		expect(readConfig({}, "prod")).toMatchObject({ environment: "prod", ...environments.prod });
		expect(readConfig({ logDays: 7, operators }, "prod")).toEqual({ ...readConfig({}, "prod"), logDays: 7, operators });
		expect(readConfig('{"parallelism":5}', "prod").parallelism).toBe(5);
	});

	test("can be beside another in one account", () => {
		const [dev, prod] = [readConfig({}, "dev"), readConfig({}, "prod")];
		expect(prod.prefix).not.toBe(dev.prefix);
		expect(prod.lakeDatabase).not.toBe(dev.lakeDatabase);
		expect([stackName(dev, "Ingest"), stackName(prod, "Ingest")]).toEqual(["TidemarkIngest", "TidemarkProdIngest"]);
	});

	test("of what people rely on keeps data, and remembers alerts for longer than trades can be read again", () => {
		const prod = readConfig({}, "prod");
		expect(prod.retainData).toBe(true);
		expect(prod.alertMemoryDays * 24).toBeGreaterThan(prod.retentionHours);
		expect(prod.alertMemoryDays * 24).toBeGreaterThan(prod.resultsRetentionHours);
	});

	test("that there is none of is an error with those that there are", () => {
		expect(() => readConfig({}, "staging")).toThrow(
			'There is no environment "staging": there are dev and prod, in infra/environments.ts.',
		);
		// A name that every object has.
		expect(() => readConfig({}, "toString")).toThrow("no environment");
	});

	test("prod is not complete before somebody hears its alarms; dev and an emulator are", () => {
		expect(() => checkComplete(readConfig({}, "prod"))).toThrow(
			/The environment prod lacks "operators".*infra\/environments\.ts, or with -c tidemark=/,
		);
		for (const complete of [
			readConfig({ operators }, "prod"),
			readConfig({ endpoints: { aws: "http://127.0.0.1:4566" } }, "prod"),
			readConfig(),
		])
			expect(() => checkComplete(complete)).not.toThrow();
	});

	test.each([
		["tidemark", "TidemarkLake"],
		["tidemark-prod", "TidemarkProdLake"],
		["a-2b-c", "A2bCLake"],
	])("of the prefix %s has the stack %s", (prefix, expected) => {
		expect(stackName({ prefix }, "Lake")).toBe(expected);
	});
});

test("a rules file is found from the repository's root, wherever the stacks are made", () => {
	const { rulesFile } = readConfig();
	expect(readConfig({ rulesFile: "alerting/rules.yaml" }).rulesFile).toBe(rulesFile);
	expect(readConfig({ rulesFile: "/tmp/rules.yaml" }).rulesFile).toBe("/tmp/rules.yaml");
});

test("bars land where there is an address, unless the stores are named", () => {
	const store = "https://store.example:8086";
	expect(storesOf(readConfig())).toEqual([]);
	expect(storesOf(readConfig({ endpoints: { store } }))).toEqual(["influxdb"]);
	expect(storesOf(readConfig({ endpoints: { store }, stores: [] }))).toEqual([]);
	expect(storesOf(readConfig({ stores: ["dynamodb", "live-analytics"] }))).toEqual(["dynamodb", "live-analytics"]);
	// An emulator makes none.
	const aws = "http://127.0.0.1:4566";
	expect(storesOf(readConfig({ stores: ["influxdb", "dynamodb"], endpoints: { aws } }))).toEqual(["dynamodb"]);
	expect(storesOf(readConfig({ stores: ["influxdb"], endpoints: { aws, store } }))).toEqual(["influxdb"]);
	expect(storesOf(readConfig({ stores: ["influxdb"] }))).toEqual(["influxdb"]);
	for (const local of ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"]) {
		expect(readConfig({ storeSecret: "token", endpoints: { store: local } }).storeSecret).toBe("token");
	}
	for (const other of ["http://127.example:9000", "http://localhost.example:9000"]) {
		expect(() => readConfig({ storeSecret: "token", endpoints: { store: other } })).toThrow("is not encrypted");
	}
});

describe("a mistake is an error that says where and what", () => {
	test.each([
		["an unknown setting", { shard: 4 }, /Unrecognized key: "shard"[\s\S]*lists the settings: prefix, shards/],
		["an unknown endpoint", { endpoints: { kinesis: "http://x" } }, /Unrecognized key: "kinesis"[\s\S]*endpoints/],
		["half a shard", { shards: 1.5 }, /expected int[\s\S]*at shards/],
		["no shards", { shards: 0 }, /at shards/],
		["an endpoint that is no address", { endpoints: { store: "questdb" } }, /Invalid URL[\s\S]*at endpoints.store/],
		["a name that AWS does not take", { prefix: "Tide mark" }, /lower case letters, digits and dashes[\s\S]*at prefix/],
		[
			"a database that Athena does not take",
			{ lakeDatabase: "tide-mark" },
			/lower case letters, digits and underscores/,
		],
		["less retention than Kinesis has", { retentionHours: 1 }, /at retentionHours/],
		["an unknown producer", { producer: "ec2" }, /at producer/],
		[
			"a feed that the container has no file for",
			{ producerFeed: ["replay", "trades.csv"] },
			/must begin with yahoo or synthetic[\s\S]*at producerFeed/,
		],
		[
			"a feed that says where to send",
			{ producerFeed: ["synthetic", "--stream=x"] },
			/has --stream, which the stack sets/,
		],
		[
			"a feed that ends",
			{ producerFeed: ["yahoo", "--history", "2026-03-02", "--symbols", "AAPL"] },
			/must be without end.*producer: lambda/,
		],
		[
			"a password that would be in the template",
			{ producerFeed: ["yahoo", "--symbols", "AAPL", "--proxy", "http://me:secret@proxy:3128"] },
			/has a password in a URL/,
		],
		["a store that there is none of", { stores: ["questdb"] }, /at stores\[0\]/],
		[
			"a token that everybody could read on its way",
			{ storeSecret: "token", endpoints: { store: "http://store.example:8086" } },
			/is not encrypted[\s\S]*at endpoints.store/,
		],
		[
			"a token for a store that has its own",
			{ stores: ["influxdb"], storeSecret: "token" },
			/for a store of your own[\s\S]*at storeSecret/,
		],
		[
			"a size that AWS has not",
			{ influxdb: { instanceType: "medium" } },
			/such as db.influx.medium[\s\S]*at influxdb.instanceType/,
		],
		["a repository without its owner", { github: { repository: "tidemark" } }, /must be owner\/name/],
		["a history that is over at once", { historyDays: 0 }, /at historyDays/],
		["an address of SNS that is none", { endpoints: { sns: "sns" } }, /Invalid URL[\s\S]*at endpoints.sns/],
		["no alerts in a call", { alertingBatch: 0 }, /at alertingBatch/],
		["alerts that are not remembered", { alertMemoryDays: 0 }, /at alertMemoryDays/],
		["a rules file that is no path", { rulesFile: 5 }, /at rulesFile/],
		["a size that Fargate does not have", { producerCpu: 300 }, /at producerCpu/],
		["a subnet by its name", { producerVpc: { vpcId: "vpc-0a", subnetIds: ["private"] } }, /at producerVpc.subnetIds/],
		["days that CloudWatch does not know", { logDays: 31 }, /at logDays/],
		["no JSON", "shards=4", /is not JSON: "shards=4".*tidemark='\{"shards":4\}'/],
		["a JSON list", "[4]", /expected object/],
	])("%s", (_, overrides, message) => {
		expect(() => readConfig(overrides)).toThrow(message);
	});

	test("all of them at once", () => {
		expect(() => readConfig({ shards: -1, parallelism: "two" })).toThrow(/at shards[\s\S]*at parallelism/);
	});
});
