/** The part of mathjs that a rule may use: numbers, comparisons, and, or, not, and the functions below. */
import {
	absDependencies,
	addDependencies,
	andDependencies,
	ceilDependencies,
	create,
	divideDependencies,
	equalDependencies,
	type FactoryFunctionMap,
	floorDependencies,
	largerDependencies,
	largerEqDependencies,
	type MathNode,
	maxDependencies,
	minDependencies,
	multiplyDependencies,
	notDependencies,
	orDependencies,
	parseDependencies,
	roundDependencies,
	signDependencies,
	smallerDependencies,
	smallerEqDependencies,
	sqrtDependencies,
	subtractDependencies,
	unaryMinusDependencies,
	unaryPlusDependencies,
	unequalDependencies,
} from "mathjs/number";
import type { Fields } from "../engine/types.ts";
import { type Allowed, typeOf } from "./expression-types.ts";
import type { Field } from "./fields.ts";

/** What an expression may call. */
export const FUNCTIONS = ["abs", "min", "max", "round", "floor", "ceil", "sqrt", "sign", "known", "coalesce"] as const;

/** Larger ones are refused: each is evaluated for each record. */
const LONGEST = 500;
const MOST_NODES = 120;

const math = create(
	{
		absDependencies,
		addDependencies,
		andDependencies,
		ceilDependencies,
		divideDependencies,
		equalDependencies,
		floorDependencies,
		maxDependencies,
		minDependencies,
		multiplyDependencies,
		notDependencies,
		orDependencies,
		parseDependencies,
		roundDependencies,
		signDependencies,
		smallerDependencies,
		smallerEqDependencies,
		largerDependencies,
		largerEqDependencies,
		sqrtDependencies,
		subtractDependencies,
		unaryMinusDependencies,
		unaryPlusDependencies,
		unequalDependencies,
	} as FactoryFunctionMap,
	{ matrix: "Array" },
);
math.import({
	// As it is, where mathjs would make numbers of it.
	sameText: (one: string, other: string) => one === other,
	known: (value: number | string) => (typeof value === "string" ? value !== "" : !Number.isNaN(value)),
	coalesce: (value: number, other: number) => (Number.isNaN(value) ? other : value),
});

/** A condition over a record's fields. */
export interface Expression {
	text: string;
	/** The fields that it names. */
	names: string[];
	/** Whether it holds. A number that is not known makes each comparison with it false, but for `!=`. */
	holds(fields: Fields): boolean;
}

/**
 * Compiles a condition once. Fields that are not known are not-a-number, or the empty text. Numbers that differ by less than
 * 10⁻¹² of their size are equal, so that 3 * 0.1 is 0.3.
 *
 * @param fields what it may name
 * @param values named numbers, put in place here
 * @throws an Error that says what the expression may not do, or where it does not fit together
 */
export function compileExpression(
	text: string,
	fields: Readonly<Record<string, Field>>,
	values: Readonly<Record<string, number>> = {},
): Expression {
	if (text.length > LONGEST) throw new Error(`has ${text.length} characters; ${LONGEST} are the most`);
	const parsed = parse(text);
	const names = new Set<string>();
	let count = 0;
	parsed.traverse(() => {
		count++;
	});
	if (count > MOST_NODES) throw new Error(`has ${count} parts; ${MOST_NODES} are the most`);
	const allowed = { fields, values, functions: FUNCTIONS, used: (name: string) => names.add(name) };
	const type = typeOf(parsed, allowed);
	if (type !== "boolean") throw new Error(`is a ${type}, not a condition: compare it with something`);
	const compiled = parsed.transform((node) => fitted(node, allowed)).compile();
	const scope = new Scope(fields);
	return {
		text,
		names: [...names],
		holds(given) {
			scope.fields = given;
			return compiled.evaluate(scope as unknown as Map<string, unknown>) === true;
		},
	};
}

function parse(text: string): MathNode {
	// Each is a part, and the parser's stack is not as deep as a text may nest them.
	const nested = text.match(/[([{]/g)?.length ?? 0;
	if (nested > MOST_NODES) throw new Error(`has ${nested} parentheses; ${MOST_NODES} parts are the most`);
	if (text.trim() === "") throw new Error("is empty: write a condition over fields");
	try {
		return math.parse(text.trim());
	} catch (error) {
		throw new Error(`cannot be read: ${(error as Error).message}`, { cause: error });
	}
}

/** Named numbers become numbers, and text is compared as text. */
function fitted(node: MathNode, allowed: Allowed): MathNode {
	const { fields, values } = allowed;
	if (math.isSymbolNode(node) && Object.hasOwn(values, node.name) && !Object.hasOwn(fields, node.name)) {
		return new math.ConstantNode(values[node.name] as number);
	}
	if (!math.isOperatorNode(node) || (node.op !== "==" && node.op !== "!=")) return node;
	if (typeOf(node.args[0] as MathNode, allowed) !== "text") return node;
	const same = new math.FunctionNode("sameText", node.args);
	return node.op === "==" ? same : new math.FunctionNode("not", [same]);
}

/** A record's fields as mathjs looks them up; nothing can be set. */
class Scope {
	fields: Fields = {};
	readonly #known: Readonly<Record<string, Field>>;
	constructor(known: Readonly<Record<string, Field>>) {
		this.#known = known;
	}
	get(name: string): number | string {
		return this.fields[name] ?? (this.#known[name]?.type === "text" ? "" : Number.NaN);
	}
	has(name: string): boolean {
		return Object.hasOwn(this.#known, name);
	}
	keys() {
		return Object.keys(this.#known).values();
	}
	set(): never {
		throw new Error("an expression sets nothing");
	}
}
