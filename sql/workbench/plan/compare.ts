import { ACCUMULATORS, ARGUMENTS, type Fixed, type HeldState, type Part, ROWS } from "./state.ts";
import { list } from "./words.ts";

/** Whether a new operator can go on with an old one's state. */
export interface Comparison {
	same: boolean;
	/** What is another: `the key`, `the window (was 1-minute, is 2-minute)`. Empty where the state can be kept. */
	differences: string[];
	/** What a reader should know where it is kept: what it holds was made by other rules in part. */
	notes: string[];
}

/** Compares the states of two operators by form and meaning. */
export function compareStates(old: HeldState, now: HeldState): Comparison {
	if (old.kind !== now.kind || old.node.type !== now.node.type)
		return { same: false, differences: ["what it is"], notes: [] };
	const fixed = fixedDifferences(old, now);
	const pairs = old.branches.flatMap((before) => now.branches.map((after) => compareParts(before, after)));
	const best = pairs.reduce<Parts | undefined>((a, b) => (a && rank(a) <= rank(b) ? a : b), undefined);
	const { unlike, redefined } = best ?? { unlike: [{ what: ROWS, how: "" }], redefined: [] };
	const differences = worthSaying([...unlike, ...fixed]);
	const same = differences.length === 0;
	return { same, differences: differences.map(said), notes: same ? notesOf(old, now, redefined) : [] };
}

/** Something that is another, and in which way. */
interface Difference {
	what: string;
	how: string;
}

function said({ what, how }: Difference): string {
	return how === "" ? what : `${what} (${how})`;
}

/** These follow from something else, as a rule. */
const FOLLOWING = new Set([ROWS, ARGUMENTS, ACCUMULATORS]);

/** Each difference once; one that follows from others only where there are none. */
function worthSaying(all: Difference[]): Difference[] {
	const telling = [...all].sort((a, b) => Number(a.how === "") - Number(b.how === ""));
	const each = all
		.map(({ what }) => telling.find((other) => other.what === what) as Difference)
		.filter((difference, index, list) => list.indexOf(difference) === index);
	const others = each.filter(({ what }) => !FOLLOWING.has(what));
	return others.length > 0 ? others : each;
}

function fixedDifferences(old: HeldState, now: HeldState): Difference[] {
	// Two of the same name, for a join's two sides, stay in their order.
	const names = [...new Set([...old.fixed, ...now.fixed].map(({ what }) => what))];
	return names.flatMap((what) => {
		const [before, after] = [old, now].map(({ fixed }) => fixed.filter((each) => each.what === what)) as [
			Fixed[],
			Fixed[],
		];
		const at =
			before.length === after.length ? before.findIndex(({ value }, index) => value !== after[index]?.value) : 0;
		return at < 0 ? [] : [{ what, how: differenceOf(before[at]?.shown, after[at]?.shown) }];
	});
}

function differenceOf(before: Fixed["shown"], after: Fixed["shown"]): string {
	if (Array.isArray(before) && Array.isArray(after)) {
		const fresh = without(after, before);
		const gone = without(before, after);
		if (fresh.length + gone.length === 0) return before.join() === after.join() ? "" : "in another order";
		return [fresh.length > 0 ? `new: ${list(fresh)}` : "", gone.length > 0 ? `gone: ${list(gone)}` : ""]
			.filter(Boolean)
			.join("; ");
	}
	return before === undefined || after === undefined || before === after ? "" : `was ${before}, is ${after}`;
}

/** What is in a list and not in another, each as often as it is there more often. */
function without(items: string[], others: string[]): string[] {
	const left = [...others];
	return items.filter((item) => {
		const at = left.indexOf(item);
		if (at >= 0) left.splice(at, 1);
		return at < 0;
	});
}

interface Parts {
	unlike: Difference[];
	/** The names of columns whose expression is another one, under the same name. */
	redefined: string[];
}

function rank({ unlike, redefined }: Parts): number {
	return unlike.length * 1000 + redefined.length;
}

/** Compares part by part; where the lists differ in length, `fixed` says how, and only what is in both is compared. */
function compareParts(before: Part[], after: Part[]): Parts {
	const unlike: Difference[] = [];
	const redefined = new Set<string>();
	const moved = movedBetween(before, after);
	before.forEach((part, index) => {
		const other = after[index];
		// Where there are more or fewer columns, the same number is another column.
		if (other?.what !== part.what || (part.as === "passing" && before.length !== after.length)) return;
		if (part.meaning?.hash === other.meaning?.hash) return;
		if (moved.has(part) && moved.has(other)) unlike.push({ what: part.what, how: "in another order" });
		else if (!allows(part, other)) unlike.push(changed(part, other));
		else redefined.add(other.name);
	});
	if (before.length !== after.length) unlike.push({ what: ROWS, how: "" });
	return { unlike, redefined: [...redefined] };
}

/** The parts of both that have changed places with others of the same kind: two columns that were swapped, say. */
function movedBetween(before: Part[], after: Part[]): Set<Part> {
	const changed = before.flatMap((part, index) => {
		const other = after[index];
		return other && part.meaning?.hash !== other.meaning?.hash ? [{ part, other }] : [];
	});
	const key = ({ what, meaning }: Part) => `${what} ${meaning?.hash}`;
	const gone = new Set(changed.map(({ part }) => key(part)));
	const come = new Set(changed.map(({ other }) => key(other)));
	return new Set(
		changed.flatMap(({ part, other }) => [part, other]).filter((each) => gone.has(key(each)) && come.has(key(each))),
	);
}

function allows(part: Part, other: Part): boolean {
	if (!part.meaning || !other.meaning || part.as === "exact" || part.name !== other.name) return false;
	if (part.as === "passing") return true;
	return isGiven(part.name) && overlap(part.meaning.columns, other.meaning.columns);
}

/** Whether the SQL's author gave the name; the planner's own ones stand for whatever expression is there. */
function isGiven(name: string): boolean {
	return name !== "" && !name.includes("$");
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
	if (a.size === 0 || b.size === 0) return a.size === b.size;
	return [...a].every((each) => b.has(each)) || [...b].every((each) => a.has(each));
}

function changed({ what, name }: Part, other: Part): Difference {
	const named = isGiven(name) && isGiven(other.name) && name !== other.name;
	return { what, how: named ? `was ${name}, is ${other.name}` : "" };
}

function notesOf(old: HeldState, now: HeldState, redefined: string[]): string[] {
	const holds = now.kind === "windows" ? "windows that are open hold" : "what it keeps holds";
	const notes: string[] = [];
	const given = redefined.filter(isGiven);
	const columns = given.length > 0 ? given : redefined.length > 0 ? ["what it carries along"] : [];
	if (columns.length > 0)
		notes.push(`${list(columns)} ${columns.length === 1 ? "is" : "are"} computed in another way: ${holds} both`);
	if (now.kind !== "sink" && !equal(old.filters, now.filters))
		notes.push(`other rows reach it: ${holds} rows from before the edit`);
	return notes;
}

function equal(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
	return a.size === b.size && [...a].every((each) => b.has(each));
}
