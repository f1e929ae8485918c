/** Whether what CloudWatch is asked for is there; test/infra/stacks.test.ts has the names that the stacks give. */
import type { Metrics } from "@aws-lambda-powertools/metrics";
import { describe, expect, test, vi } from "vitest";
import { countingMeasures } from "../../alerting/measures.ts";
import { Bar } from "../../contracts.ts";
import { dashboards } from "../../grafana/dashboards.ts";
import { type Metric, type MetricQuery, metrics, metricTargets } from "../../grafana/queries/cloudwatch.ts";
import { observedConsumer } from "../support/consumer.ts";
import { deliver, kinesisRecords } from "../support/kinesis.ts";

/** AWS' own, each with the dimension that it has alone, as their documentation lists them. */
const known: Record<string, { dimension: string; names: string[] }> = {
	"AWS/Kinesis": { dimension: "StreamName", names: ["IncomingRecords", "GetRecords.IteratorAgeMilliseconds"] },
	"AWS/KinesisAnalytics": {
		dimension: "Application",
		names: ["lastCheckpointDuration", "lastCheckpointSize", "numberOfFailedCheckpoints", "fullRestarts"],
	},
	"AWS/Lambda": { dimension: "FunctionName", names: ["Errors", "Throttles", "IteratorAge", "Invocations"] },
	"AWS/SQS": { dimension: "QueueName", names: ["ApproximateNumberOfMessagesVisible"] },
	"AWS/Billing": { dimension: "Currency", names: ["EstimatedCharges"] },
};

const all: Metric[] = Object.values(metrics).flat();
const ofAws = all.filter(({ namespace }) => namespace.startsWith("AWS/"));
const own = all.filter(({ namespace }) => !namespace.startsWith("AWS/"));

describe("metrics of AWS", () => {
	test("are ones that AWS has, with their dimension", () => {
		expect(ofAws.length).toBeGreaterThan(10);
		for (const { namespace, metricName, dimensions } of ofAws) {
			expect(known[namespace]?.names).toContain(metricName);
			expect(Object.keys(dimensions)).toEqual([known[namespace]?.dimension]);
		}
	});

	test("of charges come from the one region that has them", () => {
		expect(metrics.cost).toMatchObject([{ region: "us-east-1", dimensions: { Currency: "USD" }, period: 86_400 }]);
		const [charges, day] = metricTargets("cost") as unknown as Record<string, unknown>[];
		expect(charges).toMatchObject({ id: "cost1", hide: true, region: "us-east-1" });
		expect(day).toMatchObject({ expression: "IF(DIFF(cost1) < 0, cost1, DIFF(cost1))", region: "us-east-1" });
	});

	test("have ids that CloudWatch takes, each once in its panel", () => {
		for (const name of Object.keys(metrics) as MetricQuery[]) {
			const ids = metricTargets(name).map((each) => (each as unknown as { id: string }).id);
			expect(new Set(ids).size).toBe(ids.length);
			for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z0-9_]*$/);
		}
	});
});

test("Tidemark's own metrics are what its functions count", async () => {
	const { handler, counts } = observedConsumer({ schema: Bar, handle: async () => [] });
	await deliver(handler, kinesisRecords(["x"]));
	const counted: string[] = [];
	const measured = { addMetric: vi.fn((name: string) => counted.push(name)) } as unknown as Metrics;
	countingMeasures(measured).newest([{ time: 1 }]);
	const names = own.map(({ metricName }) => metricName);
	expect(names).toHaveLength(4);
	for (const name of names) expect([...Object.keys(counts), ...counted]).toContain(name);
});

test("the variables of the dashboard choose among the functions and queues in CloudWatch", () => {
	const list = dashboards("aws").pipeline?.templating.list ?? [];
	const chosen = list.filter(({ type }) => type === "query");
	expect(chosen.map(({ name }) => name)).toEqual(["function", "queue"]);
	for (const { query } of chosen) {
		const { namespace, metricName, dimensionKey, queryType } = query as Record<string, string>;
		expect(queryType).toBe("dimensionValues");
		expect(known[namespace ?? ""]).toMatchObject({
			dimension: dimensionKey,
			names: expect.arrayContaining([metricName]),
		});
	}
});
