import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { evaluate, newSeries } from "../../alerting/engine/engine.ts";
import { incomingHit } from "../../alerting/engine/observe.ts";
import { countingMeasures } from "../../alerting/measures.ts";
import { loadRules } from "../../alerting/rules/load.ts";
import { hit } from "../support/samples.ts";

const rules = loadRules(`rules:
  - { name: move, on: hit, when: state == "crossed", clear: state == "cleared", subject: s, message: m }
  - { name: night, on: hit, when: price > 1, subject: s, message: m, hours: regular }`);
let lines: string[];
beforeEach(() => {
	lines = [];
	for (const stream of [process.stdout, process.stderr]) {
		vi.spyOn(stream, "write").mockImplementation((chunk) => lines.push(String(chunk)) > 0);
	}
});
afterEach(() => vi.restoreAllMocks());

/** What CloudWatch makes of the lines: each metric with its dimensions, unit and value. */
function metricsOf(): string[] {
	return lines.flatMap((line) => {
		const { _aws, ...values } = JSON.parse(line);
		return _aws.CloudWatchMetrics.flatMap(
			(each: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }) =>
				each.Metrics.map(({ Name, Unit }) => {
					const dimensions = each.Dimensions.map((names) => names.map((name) => `${name}=${values[name]}`).join(","));
					return `${each.Namespace} ${dimensions.join(";")} ${Name} ${values[Name]} ${Unit}`;
				}),
		);
	});
}

function counted(work: (measures: ReturnType<typeof countingMeasures>) => void): string[] {
	const metrics = new Metrics({ namespace: "tidemark", serviceName: "alerting-hits" });
	work(countingMeasures(metrics, () => Date.parse("2013-10-07T14:00:10.000Z")));
	if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
	return metricsOf().sort();
}

test("what the rules made of the records", () => {
	const at = (time: string) => `2013-10-07T${time}.000Z`;
	const records = [
		hit({ event_time: at("03:00:00") }),
		hit({ event_time: at("03:00:00") }),
		hit({ event_time: at("02:00:00") }),
		hit({ event_time: at("03:30:00"), state: "cleared" }),
		hit({ event_time: at("03:35:00") }),
	];
	let state = newSeries;
	const evaluations = records.map((record) => {
		const done = evaluate(state, incomingHit(record), rules, {});
		state = done.state;
		return done;
	});
	expect(counted((measures) => measures.evaluated(evaluations))).toEqual([
		"tidemark service=alerting-hits evaluated 8 Count",
		"tidemark service=alerting-hits fired 3 Count",
		"tidemark service=alerting-hits records_duplicate 1 Count",
		"tidemark service=alerting-hits records_late 1 Count",
		"tidemark service=alerting-hits resolved 1 Count",
		expect.stringMatching(/^tidemark .*reason=hours.* suppressed \d Count$/),
	]);
});

test("what became of the notifications", () => {
	const results = ["sent", "sent", "deferred", "held", "elsewhere", "refused", new Error("throttled")] as const;
	expect(counted((measures) => measures.dispatched(results))).toEqual([
		"tidemark service=alerting-hits deferred 1 Count",
		"tidemark service=alerting-hits errors 2 Count",
		"tidemark service=alerting-hits sent 2 Count",
		"tidemark service=alerting-hits,reason=storm suppressed 1 Count",
	]);
});

test("how old the newest record is", () => {
	const times = [1, 9, 4].map((second) => ({ time: Date.parse(`2013-10-07T14:00:0${second}.000Z`) }));
	expect(counted((measures) => measures.newest(times))).toEqual([
		"tidemark service=alerting-hits newest_record_age 1000 Milliseconds",
	]);
	lines = [];
	expect(counted((measures) => measures.newest([{ time: Date.parse("2013-10-07T15:00:00.000Z") }]))).toEqual([
		"tidemark service=alerting-hits newest_record_age 0 Milliseconds",
	]);
});

test("nothing comes of nothing", () => {
	const none = counted((measures) => {
		measures.evaluated([]);
		measures.dispatched([]);
		measures.newest([]);
	});
	expect(none).toEqual([]);
});
