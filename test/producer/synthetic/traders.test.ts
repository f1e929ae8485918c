import { expect, test } from "vitest";
import { seededRandom } from "../../../producer/synthetic/random.ts";
import { inventTraders, TRADERS } from "../../../producer/synthetic/traders.ts";

test("traders have names of their own, the same for a seed", () => {
	const names = inventTraders(seededRandom(1));
	expect(names).toHaveLength(TRADERS);
	expect(new Set(names).size).toBe(TRADERS);
	for (const name of names) expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
	expect(inventTraders(seededRandom(1))).toEqual(names);
	expect(inventTraders(seededRandom(2))).not.toEqual(names);
});
