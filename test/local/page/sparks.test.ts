import { describe, expect, test } from "vitest";
import { Sparks } from "../../../local/page/sparks.ts";
import { bar } from "./records.ts";

const at = (time: string) => `2013-10-07T${time}Z`;
const seconds = (time: string) => Date.parse(at(time)) / 1_000;

describe("the last hour of a symbol", () => {
	test("is its closes, oldest first, however they came", () => {
		const sparks = new Sparks();
		for (const time of ["13:31:00", "13:30:00", "13:32:00"]) sparks.add(bar("AAA", at(time), Number(time.slice(3, 5))));
		sparks.add(bar("BBB", at("13:30:00"), 7));
		expect(sparks.all()).toEqual([
			{
				symbol: "AAA",
				points: [
					[seconds("13:30:00"), 30],
					[seconds("13:31:00"), 31],
					[seconds("13:32:00"), 32],
				],
			},
			{ symbol: "BBB", points: [[seconds("13:30:00"), 7]] },
		]);
	});

	test("ends at its own newest minute: what is an hour older is left out, whenever it comes", () => {
		const sparks = new Sparks();
		sparks.add(bar("AAA", at("13:30:00"), 1));
		sparks.add(bar("AAA", at("14:29:00"), 2));
		expect(sparks.all()[0]?.points).toHaveLength(2);
		sparks.add(bar("AAA", at("14:30:00"), 3));
		expect(sparks.all()[0]?.points.map(([, close]) => close)).toEqual([2, 3]);
		sparks.takeNew();
		sparks.add(bar("AAA", at("13:15:00"), 4));
		expect(sparks.all()[0]?.points.map(([, close]) => close)).toEqual([2, 3]);
		expect(sparks.takeNew()).toEqual([]);
	});

	test("takes of two versions of a minute the later one", () => {
		const sparks = new Sparks();
		sparks.add(bar("AAA", at("13:30:00"), 1, { emitted_at: at("13:31:05.000") }));
		sparks.add(bar("AAA", at("13:30:00"), 2, { emitted_at: at("13:31:09.000") }));
		sparks.add(bar("AAA", at("13:30:00"), 3, { emitted_at: at("13:31:07.000") }));
		expect(sparks.all()[0]?.points).toEqual([[seconds("13:30:00"), 2]]);
	});

	test("is told on by what came since it was last asked", () => {
		const sparks = new Sparks();
		sparks.add(bar("AAA", at("13:30:00"), 1));
		expect(sparks.takeNew()).toEqual([{ symbol: "AAA", points: [[seconds("13:30:00"), 1]] }]);
		sparks.add(bar("AAA", at("13:30:00"), 1));
		expect(sparks.takeNew()).toEqual([]);
		sparks.add(bar("AAA", at("13:31:00"), 2));
		sparks.add(bar("AAA", at("13:32:00"), 3));
		expect(sparks.takeNew()).toEqual([
			{
				symbol: "AAA",
				points: [
					[seconds("13:31:00"), 2],
					[seconds("13:32:00"), 3],
				],
			},
		]);
	});
});
