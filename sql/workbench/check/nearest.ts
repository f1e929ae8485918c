/** The candidate that was probably meant, whatever its case; undefined where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
	const wanted = word.toLowerCase();
	let best: string | undefined;
	let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
	for (const candidate of new Set(candidates)) {
		const distance = edits(wanted, candidate.toLowerCase());
		if (distance < least) [best, least] = [candidate, distance];
	}
	return best;
}

/** `did you mean X?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
	const near = nearest(word, candidates);
	return near === undefined ? undefined : `did you mean ${near}?`;
}

/** How many letters have to be added, removed, changed or swapped with their neighbour (optimal string alignment). */
export function edits(a: string, b: string): number {
	const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const at = (di: number, dj: number) => (di === 0 ? row : rows[i - di])?.[j - dj] ?? 0;
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			row.push(
				Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + same, swapped ? at(2, 2) + 1 : Number.POSITIVE_INFINITY),
			);
		}
		rows.push(row);
	}
	return rows.at(-1)?.at(-1) ?? 0;
}
