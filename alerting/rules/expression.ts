/** The part of mathjs that a rule may use: numbers, comparisons, and, or, not, and the functions below. */
import {
	absDependencies,
	addDependencies,
	andDependencies,
	ceilDependencies,
	create,
	divideDependencies,
	equalDependencies,
	equalTextDependencies,
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
import { typeOf } from "./expression-types.ts";
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
		equalTextDependencies,
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
 * Compiles a condition once. Fields that are not known are not-a-number, or the empty text.
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
	const type = typeOf(parsed, { fields, values, functions: FUNCTIONS, used: (name) => names.add(name) });
	if (type !== "boolean") throw new Error(`is a ${type}, not a condition: compare it with something`);
	const compiled = parsed.transform((node) => fitted(node, fields, values)).compile();
	const scope = new Scope();
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
	try {
		return math.parse(text);
	} catch (error) {
		throw new Error(`cannot be read: ${(error as Error).message}`, { cause: error });
	}
}

/** Text is compared as text, where mathjs would make numbers of it; named numbers become numbers. */
function fitted(node: MathNode, fields: Readonly<Record<string, Field>>, values: Readonly<Record<string, number>>) {
	if (math.isSymbolNode(node) && values[node.name] !== undefined && !fields[node.name]) {
		return new math.ConstantNode(values[node.name] as number);
	}
	if (!math.isOperatorNode(node) || (node.op !== "==" && node.op !== "!=")) return node;
	const texts = node.args.some(
		(arg) =>
			(math.isConstantNode(arg) && typeof arg.value === "string") ||
			(math.isSymbolNode(arg) && fields[arg.name]?.type === "text"),
	);
	if (!texts) return node;
	const equal = new math.FunctionNode("equalText", node.args);
	return node.op === "==" ? equal : new math.FunctionNode("not", [equal]);
}

/** A record's fields as mathjs looks them up; nothing can be set. */
class Scope {
	fields: Fields = {};
	get(name: string): number | string | undefined {
		const value = this.fields[name];
		return value ?? (value === null ? Number.NaN : undefined);
	}
	has(name: string): boolean {
		return Object.hasOwn(this.fields, name);
	}
	keys() {
		return Object.keys(this.fields).values();
	}
	set(): never {
		throw new Error("an expression sets nothing");
	}
}
