import { type Token, tokens } from "./tokens.ts";

/** A view that is changed in one meaningful way. */
export interface Mutant {
	/** The line of the change, from 1. */
	line: number;
	/** Such as `price > 0 → price >= 0`. */
	change: string;
	/** The statement with the change, without its `;`. */
	sql: string;
}

/** What may stand in the place of an operator, a keyword, a function or a column. */
const REPLACED: Record<string, string> = {
	"<": "<=",
	"<=": "<",
	">": ">=",
	">=": ">",
	"=": "<>",
	"<>": "=",
	"+": "-",
	"-": "+",
	"*": "/",
	"/": "*",
	AND: "OR",
	OR: "AND",
	TRUE: "FALSE",
	FALSE: "TRUE",
	MINUTE: "HOUR",
	SECOND: "MINUTE",
	MAX: "MIN",
	MIN: "MAX",
	SUM: "MAX",
	EARLIEST: "LATEST",
	LATEST: "EARLIEST",
	LAST_VALUE: "FIRST_VALUE",
	FIRST_VALUE: "LAST_VALUE",
	FLOOR: "CEIL",
	open: "high",
	high: "low",
	low: "high",
	close: "open",
	malformed: "invalid",
	invalid: "late",
	threshold_pct: "clear_pct",
	clear_pct: "threshold_pct",
	move_pct: "previous_move_pct",
	previous_move_pct: "move_pct",
};
/** Only inside `FLOOR(… TO MINUTE)`: elsewhere they belong to an INTERVAL, which is changed as a whole. */
const UNITS = ["MINUTE", "SECOND"];
const TYPES = ["DECIMAL", "TIMESTAMP", "TIMESTAMP_LTZ", "VARCHAR", "CHAR", "SECOND", "DAY", "HOUR", "MINUTE"];
const ENDS_WHERE = ["GROUP", "HAVING", "ORDER", "UNION", "WINDOW"];
const ENDS_WHEN = ["WHEN", "ELSE", "END"];

interface Edit {
	from: number;
	to: number;
	text: string;
	/** The tokens around it, for people. */
	around: [number, number];
}

/** All mutants of a view's file, in the order of the text. */
export function mutantsOf(sql: string): Mutant[] {
	const statement = sql.replace(/;\s*$/, "");
	const all = tokens(statement);
	const body = all.findIndex((token) => token.text.toUpperCase() === "AS") + 1;
	const edits = all.flatMap((_, i) => (i < body ? [] : editsAt(all, i)));
	const mutants = edits.flatMap((edit) => {
		const start = all[edit.around[0]]?.start ?? edit.from;
		const end = all[edit.around[1]]?.end ?? edit.to;
		const before = statement.slice(start, end);
		const after = statement.slice(start, edit.from) + edit.text + statement.slice(edit.to, end);
		const mutant = {
			line: statement.slice(0, edit.from).split("\n").length,
			change: `${flat(before)} → ${flat(after) || "nothing"}`,
			sql: statement.slice(0, edit.from) + edit.text + statement.slice(edit.to),
		};
		const changed = statement.slice(edit.from, edit.to);
		if (!changed.startsWith("PARTITION") || statement.indexOf(changed) === statement.lastIndexOf(changed))
			return [mutant];
		// Flink wants the same window for all OVER of a SELECT: such a change is only possible in all of them.
		const everywhere = statement.replaceAll(changed, edit.text);
		return [mutant, { ...mutant, change: `${mutant.change}, everywhere`, sql: everywhere }];
	});
	return mutants.filter(({ sql: changed }, i) => mutants.findIndex((other) => other.sql === changed) === i);
}

function editsAt(all: Token[], i: number): Edit[] {
	const token = all[i] as Token;
	const word = token.text.toUpperCase();
	const next = wordOf(all[i + 1]);
	const edits: Edit[] = [];
	const replace = (text: string) => edits.push({ from: token.start, to: token.end, text, around: near(all, i) });
	const remove = (from: number, to: number) => {
		const end = all[to - 1]?.end;
		if (end !== undefined) edits.push({ from: token.start, to: end, text: "", around: [from, to - 1] });
	};
	const other = replacement(all, i);
	if (other !== undefined) replace(other);
	if (token.kind === "number" && !isTypeParameter(all, i)) replace(anotherNumber(token.text));
	if (token.kind === "string" && wordOf(all[i - 1]) === "INTERVAL") replace(`'${2 * Number(token.text.slice(1, -1))}'`);
	if (word === "NOT" && wordOf(all[i - 1]) !== "IS") remove(i, i + 1);
	if (word === "IS" && next === "NULL")
		edits.push({ from: token.end, to: token.end, text: " NOT", around: near(all, i) });
	if (word === "IS" && next === "NOT" && wordOf(all[i + 2]) === "NULL") {
		edits.push({ from: token.end, to: all[i + 1]?.end as number, text: "", around: [i - 1, i + 2] });
	}
	if (word === "ABS") edits.push({ from: token.start, to: token.end, text: "", around: [i, i + 3] });
	if (word === "COALESCE") edits.push(...swapped(all, i));
	if (word === "PARTITION") edits.push(...droppedKeys(all, i));
	if (word === "FILTER") remove(i, endOf(all, i + 2, []) + 1);
	if ((word === "WHERE" && wordOf(all[i - 2]) !== "FILTER") || word === "HAVING")
		remove(i, endOf(all, i + 1, ENDS_WHERE));
	if (word === "WHEN" && isOneOfSeveral(all, i)) remove(i, endOf(all, i + 1, ENDS_WHEN));
	if (word === "UNION" && next === "ALL") {
		remove(i, endOf(all, i + 2, ["UNION"]));
		const first = startOf(all, i);
		if (first !== undefined)
			edits.push({
				from: all[first]?.start as number,
				to: all[i + 1]?.end as number,
				text: "",
				around: [first, i + 1],
			});
	}
	return edits;
}

function replacement(all: Token[], i: number): string | undefined {
	const token = all[i] as Token;
	const plain = token.kind === "quoted" ? token.text.slice(1, -1) : token.text;
	const other = REPLACED[plain];
	if (other === undefined || token.kind === "string") return undefined;
	const before = wordOf(all[i - 1]);
	if (plain === "AND" && isBetween(all, i)) return undefined;
	if (UNITS.includes(plain) && before !== "TO") return undefined;
	if (token.kind === "operator" && !isOperand(all[i - 1])) return undefined; // SELECT *, COUNT(*), a sign
	if (token.kind === "word" && plain === plain.toUpperCase()) return other;
	// A column: not its name in the result, and only where the view has the other one too.
	if (token.kind !== "operator" && (before === "AS" || !all.some((each) => each.text.replaceAll("`", "") === other)))
		return undefined;
	if (token.kind === "operator") return other;
	return isSelected(all, i) ? `\`${other}\` AS \`${plain}\`` : `\`${other}\``;
}

/** Whether a column alone is what is selected, so that it names the result. */
function isSelected(all: Token[], i: number): boolean {
	let before = i - 1;
	let open = 0;
	for (; before >= 0; before--) {
		const { text } = all[before] as Token;
		if (text === ")") open++;
		if (text === "(" && open-- === 0) return false;
		if (open === 0 && ["SELECT", "FROM", "BY"].includes(text.toUpperCase())) break;
	}
	const [left, right] = [wordOf(all[i - 1]), wordOf(all[i + 1])];
	return wordOf(all[before]) === "SELECT" && (left === "," || left === "SELECT") && (right === "," || right === "FROM");
}

function isOperand(token: Token | undefined): boolean {
	if (token === undefined || token.text === "(" || token.text === ",") return false;
	return !["SELECT", "WHEN", "THEN", "ELSE", "AND", "OR", "NOT"].includes(token.text.toUpperCase());
}

function isBetween(all: Token[], i: number): boolean {
	for (let at = i - 1; at >= 0; at--) {
		const word = wordOf(all[at]);
		if (word === "BETWEEN") return true;
		if (word === "AND" || word === "(" || word === "WHERE") return false;
	}
	return false;
}

function isTypeParameter(all: Token[], i: number): boolean {
	for (let at = i - 1; at >= 0; at--) {
		const { kind, text } = all[at] as Token;
		if (text === "(") return TYPES.includes(wordOf(all[at - 1]));
		if (kind !== "number" && text !== ",") return false;
	}
	return false;
}

function anotherNumber(text: string): string {
	const value = Number(text);
	return value > 1e300 ? "1E300" : String(value + 1);
}

/** The first two arguments in the other order. */
function swapped(all: Token[], i: number): Edit[] {
	const end = endOf(all, i + 2, []);
	const commas = range(i + 2, end).filter((at) => all[at]?.text === "," && depth(all, i + 1, at) === 1);
	const [first, second] = [commas[0], commas[1] ?? end];
	if (first === undefined) return [];
	const a = slice(all, i + 2, first);
	const b = slice(all, first + 1, second);
	const [from, to] = [all[i + 2]?.start as number, all[second - 1]?.end as number];
	return [{ from, to, text: `${b}, ${a}`, around: [Math.max(0, i - 1), Math.min(all.length - 1, end + 1)] }];
}

/** Without each of the keys, or without the clause where there is one key. */
function droppedKeys(all: Token[], i: number): Edit[] {
	const end = endOf(all, i + 2, ["ORDER"]);
	const keys = range(i + 2, end).filter((at) => all[at]?.text !== ",");
	const [start, stop] = [all[i]?.start as number, all[end - 1]?.end as number];
	return keys.map((dropped) => {
		const left = keys.filter((key) => key !== dropped).map((key) => all[key]?.text);
		const text = left.length === 0 ? "" : `PARTITION BY ${left.join(", ")}`;
		return { from: start, to: stop, text, around: [i, end - 1] };
	});
}

/** The index after what starts at `i`: where one of the words stands outside parentheses and CASE, or these are closed. */
function endOf(all: Token[], i: number, words: string[]): number {
	let open = 0;
	let cases = 0;
	for (let at = i; at < all.length; at++) {
		const { text } = all[at] as Token;
		const word = text.toUpperCase();
		if (open === 0 && cases === 0 && (text === ")" || words.includes(word))) return at;
		if (text === "(") open++;
		if (text === ")") open--;
		if (word === "CASE") cases++;
		if (word === "END") cases--;
	}
	return all.length;
}

/** The SELECT before a UNION, where it is the first of its branches. */
function startOf(all: Token[], i: number): number | undefined {
	let open = 0;
	let start: number | undefined;
	for (let at = i - 1; at >= 0; at--) {
		const word = wordOf(all[at]);
		if (word === ")") open++;
		if (word === "(" && open-- === 0) break;
		if (open === 0 && word === "UNION") return undefined;
		if (open === 0 && word === "SELECT") start = at;
	}
	return start;
}

function isOneOfSeveral(all: Token[], i: number): boolean {
	const next = endOf(all, i + 1, ENDS_WHEN);
	let before = i - 1;
	for (let cases = 0; before >= 0; before--) {
		const word = wordOf(all[before]);
		if (word === "END") cases++;
		if (word === "CASE" && cases-- === 0) break;
	}
	return wordOf(all[next]) === "WHEN" || before < i - 1;
}

function depth(all: Token[], from: number, to: number): number {
	let open = 0;
	for (let at = from; at < to; at++) open += all[at]?.text === "(" ? 1 : all[at]?.text === ")" ? -1 : 0;
	return open;
}

function slice(all: Token[], from: number, to: number): string {
	return all
		.slice(from, to)
		.map((token) => token.text)
		.join(" ");
}

/** The tokens beside one; of a function its first argument. */
function near(all: Token[], i: number): [number, number] {
	if (all[i]?.kind === "word" && all[i + 1]?.text === "(") return [i, Math.min(all.length - 1, i + 2)];
	return [Math.max(0, i - 1), Math.min(all.length - 1, i + 1)];
}

function range(from: number, to: number): number[] {
	return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

function wordOf(token: Token | undefined): string {
	return token?.text.toUpperCase() ?? "";
}

function flat(text: string): string {
	const short = text.replace(/\s+/g, " ").trim();
	return short.length > 120 ? `${short.slice(0, 117)}…` : short;
}
