import { expect, test } from "vitest";
import { graphOf, kindOf, parsePlan } from "../../../../sql/workbench/plan/plan.ts";
import { small } from "./small.ts";

const plan = { flinkVersion: "1.20", nodes: [{ id: 1, type: "stream-exec-calc_1" }], edges: [] };

test("a plan is read as it is", () => {
	expect(parsePlan(JSON.stringify(plan), "p.json")).toEqual(plan);
});

test.each([
	["no JSON", "{", "p.json is no compiled plan: it is not JSON"],
	["null", "null", "it has no nodes and edges"],
	["no nodes", '{"flinkVersion":"1.20","edges":[]}', "it has no nodes and edges"],
	["another Flink", JSON.stringify({ ...plan, flinkVersion: "2.0" }), 'its flinkVersion is "2.0"'],
	["a node without an id", JSON.stringify({ ...plan, nodes: [{ type: "a" }] }), "a node has no id or no type"],
	["an id twice", JSON.stringify({ ...plan, nodes: [...plan.nodes, ...plan.nodes] }), "two nodes have the id 1"],
	["an edge to nowhere", JSON.stringify({ ...plan, edges: [{ source: 1, target: 7 }] }), "an edge names the node 7"],
])("%s is refused, with what to do", (_, text, message) => {
	expect(() => parsePlan(text, "p.json")).toThrow(message);
	expect(() => parsePlan(text, "p.json")).toThrow("Compile it again");
});

test("a graph has each node after those that feed it, whatever the order in the plan", () => {
	const made = small((p) => p.sink(p.calc(p.scan()), "out"));
	const graph = graphOf({ ...made, nodes: made.nodes.toReversed() });
	expect(graph.nodes.map(kindOf)).toEqual(["table-source-scan", "calc", "sink"]);
	expect(graph.nodes.map((node) => graph.inputs(node).map(({ id }) => id))).toEqual([[], [1], [2]]);
	expect(graph.nodes.map((node) => graph.outputs(node).map(({ id }) => id))).toEqual([[2], [3], []]);
});

test("nodes that feed one another in a circle are refused", () => {
	const made = small((p) => p.calc(p.calc(p.scan())));
	expect(() => graphOf({ ...made, edges: [...made.edges, { source: 3, target: 2 }] })).toThrow(
		"in a circle, by the node 2",
	);
});
