import { InvalidArgumentError } from "commander";

/** Names separated by commas. */
export function parseSymbols(text: string): string[] {
	const symbols = text.split(",").map((symbol) => symbol.trim());
	if (!symbols.includes("")) return symbols;
	throw new InvalidArgumentError("Give names separated by commas, such as SPY,IBM.");
}

/** A number, 0 or more. */
export function parseNumber(text: string): number {
	const number = Number(text);
	if (text.trim() !== "" && number >= 0 && Number.isFinite(number)) return number;
	throw new InvalidArgumentError("Give a number, 0 or more.");
}

/** What `work` gives; what it throws becomes an error of the option that is being read. */
export function orInvalid<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
	}
}
