/** Walks an expression: what it may not do is refused, and its parts have to fit together. */
import type { ConstantNode, FunctionNode, MathNode, OperatorNode, SymbolNode } from "mathjs/number";
import { nearest } from "../../sql/workbench/check/nearest.ts";
import type { Field } from "./fields.ts";

export type Type = "number" | "text" | "boolean";

export interface Allowed {
	fields: Readonly<Record<string, Field>>;
	values: Readonly<Record<string, number>>;
	functions: readonly string[];
	/** Called with each field that is named. */
	used: (name: string) => void;
}

const ARITHMETIC = new Set(["+", "-", "*", "/"]);
const ORDER = new Set(["<", "<=", ">", ">="]);
const EQUALITY = new Set(["==", "!="]);
const LOGIC = new Set(["and", "or", "not"]);

/**
 * The type of an expression's value.
 *
 * @throws an Error that names what is not allowed or does not fit, and what would
 */
export function typeOf(node: MathNode, allowed: Allowed): Type {
	switch (node.type) {
		case "ConstantNode":
			return ofConstant(node as ConstantNode<number | string | boolean>);
		case "SymbolNode":
			return ofSymbol(node as SymbolNode, allowed);
		case "ParenthesisNode":
			return typeOf((node as unknown as { content: MathNode }).content, allowed);
		case "OperatorNode":
			return ofOperator(node as OperatorNode, allowed);
		case "RelationalNode":
			for (const part of (node as unknown as { params: MathNode[] }).params) want("number", part, allowed);
			return "boolean";
		case "ConditionalNode":
			return ofConditional(node as unknown as Conditional, allowed);
		case "FunctionNode":
			return ofFunction(node as FunctionNode, allowed);
		default:
			throw new Error(
				`\`${node.toString()}\` is not allowed: ${REFUSED[node.type] ?? "write a condition over fields"}`,
			);
	}
}

type Conditional = { condition: MathNode; trueExpr: MathNode; falseExpr: MathNode };

const REFUSED: Record<string, string> = {
	AssignmentNode: "an expression sets nothing (equality is ==)",
	FunctionAssignmentNode: "an expression defines nothing (equality is ==)",
	BlockNode: "an expression is one condition, without ; or line breaks (in YAML, > in place of |)",
	AccessorNode: "fields have no parts; write their names alone",
	ArrayNode: "there are no lists; use or",
};

function ofConstant({ value }: ConstantNode<number | string | boolean>): Type {
	if (typeof value === "string") return "text";
	if (typeof value === "boolean") return "boolean";
	if (typeof value === "number") return "number";
	throw new Error(`\`${String(value)}\` is not allowed: write numbers, text in quotes, true or false`);
}

function ofSymbol({ name }: SymbolNode, { fields, values, functions, used }: Allowed): Type {
	const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
	if (field) {
		used(name);
		return field.type;
	}
	if (Object.hasOwn(values, name)) return "number";
	if (functions.includes(name)) throw new Error(`\`${name}\` is a function: write ${name}(…)`);
	const known = [...Object.keys(fields), ...Object.keys(values)];
	const near = nearest(name, known);
	throw new Error(
		`\`${name}\` is no field here${near ? `; is ${near} meant?` : "."} There are ${known.join(", ")}; text goes in quotes`,
	);
}

function ofOperator(node: OperatorNode, allowed: Allowed): Type {
	const { op, args } = node;
	if (node.implicit)
		throw new Error(`\`${node.toString()}\` multiplies without a sign: write *, or and between conditions`);
	if ((node as unknown as { isPercentage: boolean }).isPercentage) {
		throw new Error(
			`\`${node.toString()}\` has a percent sign: fields in percent are compared with plain numbers (1 is 1 %)`,
		);
	}
	if (ARITHMETIC.has(op)) {
		for (const arg of args) want("number", arg, allowed);
		return "number";
	}
	if (ORDER.has(op)) {
		for (const arg of args) want("number", arg, allowed);
		return "boolean";
	}
	if (LOGIC.has(op)) {
		for (const arg of args)
			want("boolean", arg, allowed, op === "not" ? "; not takes the next word only: write not (…)" : "");
		return "boolean";
	}
	if (!EQUALITY.has(op)) throw new Error(`\`${op}\` is not allowed: there are + - * / < <= > >= == != and or not ? :`);
	const [left, right] = args.map((arg) => typeOf(arg, allowed));
	if (left !== right)
		throw new Error(`\`${node.toString()}\` compares a ${left} with a ${right}, which are never equal`);
	return "boolean";
}

function ofConditional({ condition, trueExpr, falseExpr }: Conditional, allowed: Allowed): Type {
	want("boolean", condition, allowed);
	const type = typeOf(trueExpr, allowed);
	want(type, falseExpr, allowed);
	return type;
}

function ofFunction(node: FunctionNode, allowed: Allowed): Type {
	const { fn, args } = node as unknown as { fn: SymbolNode; args: MathNode[] };
	if (fn.type !== "SymbolNode" || !allowed.functions.includes(fn.name)) {
		throw new Error(`\`${fn.toString()}\` cannot be called: there are ${allowed.functions.join(", ")}`);
	}
	const { name } = fn;
	const [least, most] = name === "min" || name === "max" ? [1, 10] : name === "coalesce" ? [2, 2] : [1, 1];
	if (args.length < least || args.length > most) {
		throw new Error(
			`\`${node.toString()}\` has ${args.length} arguments; ${name} takes ${most === least ? least : `${least} to ${most}`}`,
		);
	}
	if (name === "known") {
		typeOf(args[0] as MathNode, allowed);
		return "boolean";
	}
	for (const arg of args) want("number", arg, allowed);
	return "number";
}

function want(type: Type, node: MathNode, allowed: Allowed, remedy = ""): void {
	const found = typeOf(node, allowed);
	if (found !== type) throw new Error(`\`${node.toString()}\` is a ${found} where a ${type} is needed${remedy}`);
}
