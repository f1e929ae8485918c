import type { CaseRow, Value } from "./cases.ts";

/** How the rows of a relation differ from the expected ones. */
export interface Difference {
	relation: string;
	missing: CaseRow[];
	unexpected: Record<string, Value>[];
	/** Pairs that are alike, with the columns in which they differ. */
	changed: { expected: CaseRow; found: Record<string, Value>; columns: string[] }[];
}

/**
 * Compares rows as a multiset. Of each expected row the columns that it names are compared. Returns null where nothing
 * differs.
 */
export function compare(
	relation: string,
	expected: readonly CaseRow[],
	found: Record<string, Value>[],
): Difference | null {
	const partner = matching(expected, found);
	const taken = new Set(partner.filter((index) => index !== undefined));
	let left = found.filter((_, index) => !taken.has(index));
	const missing: CaseRow[] = [];
	const changed: Difference["changed"] = [];
	for (const row of expected.filter((_, index) => partner[index] === undefined)) {
		const names = Object.keys(row.values).length;
		const candidates = left.map((each) => ({ found: each, columns: differing(row, each) }));
		const nearest = candidates.sort((a, b) => a.columns.length - b.columns.length)[0];
		if (nearest && nearest.columns.length * 2 <= names) {
			changed.push({ expected: row, ...nearest });
			left = left.filter((each) => each !== nearest.found);
		} else missing.push(row);
	}
	if (missing.length + changed.length + left.length === 0) return null;
	return { relation, missing, changed, unexpected: left };
}

/** For each expected row the index of a found row of its own that equals it: as many as possible. */
function matching(expected: readonly CaseRow[], found: readonly Record<string, Value>[]): (number | undefined)[] {
	const owner = new Map<number, number>();
	const place = (row: number, tried: Set<number>): boolean =>
		found.some((each, index) => {
			if (tried.has(index) || differing(expected[row] as CaseRow, each).length > 0) return false;
			tried.add(index);
			const before = owner.get(index);
			if (before !== undefined && !place(before, tried)) return false;
			owner.set(index, row);
			return true;
		});
	for (const row of expected.keys()) place(row, new Set());
	const partner: (number | undefined)[] = expected.map(() => undefined);
	for (const [index, row] of owner) partner[row] = index;
	return partner;
}

function differing({ values }: CaseRow, found: Record<string, Value>): string[] {
	return Object.keys(values).filter((column) => !same(values[column] ?? null, found[column] ?? null));
}

/** Numbers may differ by what adding in another order makes of them. */
function same(a: Value, b: Value): boolean {
	if (typeof a === "number" && typeof b === "number")
		return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
	if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
	const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
	return names.every((name) =>
		same((a as Record<string, Value>)[name] ?? null, (b as Record<string, Value>)[name] ?? null),
	);
}

/** The difference for people, a line for each row, times of `date` without it. */
export function sayDifference({ relation, missing, changed, unexpected }: Difference, date: string): string[] {
	const columns = [
		...new Set([...missing, ...changed.map((each) => each.expected)].flatMap(({ values }) => Object.keys(values))),
	];
	const say = (value: Value | undefined) => sayValue(value ?? null, date);
	const row = (values: Record<string, Value>, names: string[]) =>
		names.map((name) => `${name}=${say(values[name])}`).join(" ");
	return [
		...changed.map(({ expected, found, columns: names }) => {
			const same = Object.keys(expected.values).filter((name) => !names.includes(name));
			const differ = names.map((name) => `${name}: expected ${say(expected.values[name])}, found ${say(found[name])}`);
			return `${relation}  changed     ${row(expected.values, same)}  ${differ.join("; ")}  (${expected.place})`;
		}),
		...missing.map(({ values, place }) => `${relation}  missing     ${row(values, Object.keys(values))}  (${place})`),
		...unexpected.map(
			(values) => `${relation}  unexpected  ${row(values, columns.length > 0 ? columns : notNull(values))}`,
		),
	];
}

function notNull(values: Record<string, Value>): string[] {
	return Object.keys(values).filter((name) => values[name] !== null);
}

function sayValue(value: Value, date: string): string {
	if (typeof value !== "string") return JSON.stringify(value);
	const time = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{3})Z?$/.exec(value);
	if (!time) return /^[\w.|*:-]+$/.test(value) ? value : JSON.stringify(value);
	return `${time[1] === date ? "" : `${time[1]}T`}${time[2]}${time[3] === ".000" ? "" : time[3]}`;
}
