import { UserError } from "../errors.ts";
import type { SyntheticFaults } from "../feed.ts";

const EXAMPLE = "duplicates=1%,disorder=2s,late=0.1%,malformed=0.1%,burst=10x@30s";

const READERS = {
	duplicates: (value: string) => ({ duplicates: readShare("duplicates", value) }),
	disorder: (value: string) => ({ disorderMs: readTime("disorder", value) }),
	late: (value: string) => ({ late: readShare("late", value) }),
	malformed: (value: string) => ({ malformed: readShare("malformed", value) }),
	burst: (value: string) => ({ burst: readBurst(value) }),
} satisfies Record<string, (value: string) => SyntheticFaults>;

/**
 * The faults that a text such as `duplicates=1%,burst=10x@30s` asks for.
 * @throws UserError if one is unknown, there twice, or its value cannot be read
 */
export function parseFaults(text: string): SyntheticFaults {
	let faults: SyntheticFaults = {};
	const seen = new Set<string>();
	for (const each of text.split(",")) {
		const at = each.indexOf("=");
		const name = (at < 0 ? each : each.slice(0, at)).trim();
		if (!Object.hasOwn(READERS, name)) {
			throw new UserError(`There is no fault "${name}". Give some of ${Object.keys(READERS).join(", ")}: ${EXAMPLE}`);
		}
		if (at < 0) throw new UserError(`${name} has no value. Example: ${EXAMPLE}`);
		if (seen.has(name)) throw new UserError(`${name} is there twice.`);
		seen.add(name);
		faults = { ...faults, ...READERS[name as keyof typeof READERS](each.slice(at + 1).trim()) };
	}
	return checkFaults(faults);
}

/**
 * The same faults, if there can be such.
 * @throws UserError if a share, a time or a burst is out of its range
 */
export function checkFaults(faults: SyntheticFaults): SyntheticFaults {
	for (const name of ["duplicates", "late", "malformed"] as const) {
		const share = faults[name] ?? 0;
		if (!(share >= 0 && share <= 1)) {
			throw new UserError(`${name} is a share of the trades, 0 % to 100 %, but was given ${toPercent(share)}.`);
		}
	}
	const { disorderMs = 0, burst } = faults;
	if (!(disorderMs >= 0 && disorderMs < Number.POSITIVE_INFINITY)) {
		throw new UserError(`disorder is a time, 0 or more, but was given ${disorderMs} ms.`);
	}
	if (burst && !(burst.times >= 1 && burst.times <= 1000)) {
		throw new UserError(`burst is 1 to 1000 times the rate, but was given ${burst.times}.`);
	}
	if (burst && !(burst.everyMs >= 2000 && burst.everyMs % 1000 === 0)) {
		throw new UserError(`burst comes every 2 s or more, in whole seconds, but was given ${burst.everyMs} ms.`);
	}
	return faults;
}

function readShare(name: string, text: string): number {
	const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
	if (match) return Number(match[1]) / 100;
	throw new UserError(`${name} takes a share in percent, such as ${name}=1%, but was given "${text}".`);
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };
const TIME = /^(\d+(?:\.\d+)?)\s*(ms|s|m)$/;

function readTime(name: string, text: string): number {
	const match = TIME.exec(text);
	if (match) return Number(match[1]) * (UNITS[match[2] as string] as number);
	throw new UserError(
		`${name} takes a time with its unit (ms, s or m), such as ${name}=500ms, but was given "${text}".`,
	);
}

function readBurst(text: string): NonNullable<SyntheticFaults["burst"]> {
	const [times, every, ...more] = text.split("@");
	const match = /^(\d+(?:\.\d+)?)x$/.exec(times?.trim() ?? "");
	if (match && every !== undefined && more.length === 0 && TIME.test(every.trim())) {
		return { times: Number(match[1]), everyMs: readTime("burst", every.trim()) };
	}
	throw new UserError(`burst takes how much and how often, such as burst=10x@30s, but was given "${text}".`);
}

function toPercent(share: number): string {
	return `${Number((share * 100).toPrecision(12))} %`;
}
