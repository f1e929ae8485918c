/** A step through two lists: with both indexes where their items are the same, else with one. */
export type Step = { left: number; right: number } | { left: number } | { right: number };

/** Goes through two lists so that as many items as possible are the same (longest common subsequence). */
export function align(left: readonly string[], right: readonly string[]): Step[] {
	/** By the beginnings of both rests: how many items of them are the same. */
	const same = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
	const at = (i: number, j: number) => same[i]?.[j] ?? 0;
	for (let i = left.length - 1; i >= 0; i--) {
		for (let j = right.length - 1; j >= 0; j--) {
			(same[i] as number[])[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
		}
	}
	const steps: Step[] = [];
	for (let i = 0, j = 0; i < left.length || j < right.length; ) {
		if (i < left.length && j < right.length && left[i] === right[j]) steps.push({ left: i++, right: j++ });
		else if (j === right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) steps.push({ left: i++ });
		else steps.push({ right: j++ });
	}
	return steps;
}
