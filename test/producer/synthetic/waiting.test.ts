import fc from "fast-check";
import { expect, test } from "vitest";
import { Waiting } from "../../../producer/synthetic/waiting.ts";

test("what waits comes when it is due, in the order in which it is due, and otherwise as it came", () => {
	const steps = fc.array(fc.oneof(fc.record({ due: fc.nat(50) }), fc.record({ until: fc.nat(50) })), {
		maxLength: 300,
	});
	fc.assert(
		fc.property(steps, (all) => {
			const waiting = new Waiting<{ due: number; id: number }>();
			let model: { due: number; id: number }[] = [];
			for (const [id, step] of all.entries()) {
				if ("due" in step) {
					waiting.add({ due: step.due, id });
					model.push({ due: step.due, id });
				} else {
					const expected = model.filter(({ due }) => due <= step.until);
					expected.sort((one, other) => one.due - other.due || one.id - other.id);
					model = model.filter(({ due }) => due > step.until);
					const got = [];
					for (let next = waiting.takeDue(step.until); next; next = waiting.takeDue(step.until)) got.push(next);
					expect(got).toEqual(expected);
				}
				expect(waiting.size).toBe(model.length);
			}
		}),
	);
});

test("nothing comes before it is due", () => {
	const waiting = new Waiting<{ due: number }>();
	expect(waiting.takeDue(Number.POSITIVE_INFINITY)).toBeUndefined();
	waiting.add({ due: 5 });
	expect(waiting.takeDue(4.9)).toBeUndefined();
	expect(waiting.takeDue(5)).toEqual({ due: 5 });
});
