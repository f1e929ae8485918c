import { Match, type Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makesStore, readConfig } from "../../infra/config.ts";
import { policies, synthesis, type Templates } from "./synthesis.ts";

const { begin, end, synthesize } = synthesis();
let made: Templates;
let given: Templates;
beforeAll(() => {
	begin();
	made = synthesize({ stores: ["influxdb", "dynamodb"], influxdb: { instanceType: "db.influx.large", standby: true } });
	given = synthesize({ endpoints: { store: "https://store.example" } });
}, 600_000);
afterAll(end);

type Rule = { GroupId: unknown; IpProtocol: string; FromPort: number; ToPort: number };
const rules = (template: Template, type: string, peer: string): (Rule & Record<string, unknown>)[] =>
	Object.values(template.findResources(type)).map(({ Properties }) => ({ ...Properties, peer: Properties[peer] }));

describe("the store", () => {
	test("is made where influxdb is chosen and has no address, and nowhere else", () => {
		expect(Object.keys(made)).toContain("store");
		expect(Object.keys(given)).not.toContain("store");
		expect(makesStore(readConfig({ stores: ["influxdb"], endpoints: { aws: "http://127.0.0.1:4566" } }))).toBe(false);
	});

	test("is private, in the configured size, and its password is a reference", () => {
		made.store.hasResourceProperties("AWS::Timestream::InfluxDBInstance", {
			PubliclyAccessible: false,
			DbInstanceType: "db.influx.large",
			DeploymentType: "WITH_MULTIAZ_STANDBY",
			AllocatedStorage: 20,
			Organization: "tidemark",
			Bucket: "tidemark",
			Username: "tidemark",
			Password: {
				"Fn::Join": [
					"",
					[
						"{{resolve:secretsmanager:",
						{ Ref: Match.stringLikeRegexp("^Administrator") },
						Match.stringLikeRegexp("password"),
					],
				],
			},
			VpcSubnetIds: [{ Ref: Match.stringLikeRegexp("^VpcPrivate") }, { Ref: Match.stringLikeRegexp("^VpcPrivate") }],
			VpcSecurityGroupIds: [{ "Fn::GetAtt": [Match.stringLikeRegexp("^Store"), "GroupId"] }],
		});
	});

	test("is in a network that has no way out and no way in", () => {
		for (const type of ["AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::Route"]) {
			made.store.resourceCountIs(type, 0);
		}
		for (const { Properties } of Object.values(made.store.findResources("AWS::EC2::Subnet"))) {
			expect(Properties.MapPublicIpOnLaunch).toBe(false);
		}
		made.store.hasResourceProperties("AWS::EC2::FlowLog", { TrafficType: "REJECT" });
	});

	test("lets in nobody but the functions that land bars, on its port; these reach it and two services", () => {
		const text = JSON.stringify(Object.values(made.store.findResources("AWS::EC2::SecurityGroup")));
		expect(text).not.toContain("0.0.0.0/0");
		const into = rules(made.store, "AWS::EC2::SecurityGroupIngress", "SourceSecurityGroupId");
		const port = (from: number) => into.filter(({ FromPort, ToPort }) => FromPort === from && ToPort === from);
		expect(into).toHaveLength(2);
		expect(JSON.stringify(port(8086)[0]?.GroupId)).toContain('"Store');
		expect(JSON.stringify(port(443)[0]?.GroupId)).toContain('"Services');
		for (const { peer } of into) expect(JSON.stringify(peer)).toContain('"Functions');
		const out = rules(made.store, "AWS::EC2::SecurityGroupEgress", "DestinationSecurityGroupId");
		expect(out).toHaveLength(2);
		for (const { GroupId } of out) expect(JSON.stringify(GroupId)).toContain('"Functions');
	});

	test("has endpoints of what a function calls, and of nothing else", () => {
		const services = Object.values(made.store.findResources("AWS::EC2::VPCEndpoint")).map(({ Properties }) =>
			JSON.stringify(Properties.ServiceName),
		);
		expect(services).toHaveLength(2);
		expect(services.join()).toMatch(/secretsmanager.*sqs/);
	});
});

describe("the function that lands bars", () => {
	const functions = (template: Template) =>
		Object.values(template.findResources("AWS::Lambda::Function")).map(({ Properties }) => Properties);

	test("is in the store's network, and no other function is", () => {
		const inside = functions(made.landing).filter(({ VpcConfig }) => VpcConfig !== undefined);
		expect(inside.map(({ FunctionName }) => FunctionName)).toEqual(["tidemark-landing-bars"]);
		expect(functions(made.landing).length).toBeGreaterThan(2);
		expect(functions(given.landing).filter(({ VpcConfig }) => VpcConfig !== undefined)).toEqual([]);
	});

	test("knows where the store is, and reads its token and no other secret", () => {
		const [bars] = functions(made.landing).filter(({ FunctionName }) => FunctionName === "tidemark-landing-bars");
		const { STORE_URL, STORE_SECRET } = bars?.Environment.Variables ?? {};
		expect(STORE_URL["Fn::Join"][1]).toEqual([
			"https://",
			{ "Fn::ImportValue": expect.stringMatching(/InstanceEndpoint/) },
			":8086",
		]);
		expect(JSON.stringify(STORE_SECRET)).toMatch(/TidemarkStore:ExportsOutputRefToken/);
		const reading = policies(made.landing).filter(({ Action }) =>
			[Action].flat().some((each) => each.startsWith("secretsmanager:")),
		);
		expect(reading).toHaveLength(1);
		expect(JSON.stringify(reading[0]?.Resource)).toContain("RefToken");
	});

	test("may write its own log, and no other function's", () => {
		for (const template of [made.landing, made.alerting]) {
			for (const { Properties } of Object.values(template.findResources("AWS::IAM::Role"))) {
				expect(Properties.ManagedPolicyArns).toBeUndefined();
			}
		}
	});
});
