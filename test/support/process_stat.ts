import { readFileSync } from "node:fs";

/** CPU seconds that a process has used so far, all its threads together; undefined where the system does not tell. */
export function cpuSecondsOf(pid: number): number | undefined {
	const stat = read(`/proc/${pid}/stat`);
	if (stat === undefined) return undefined;
	// The command in parentheses may itself hold spaces and parentheses; fields count from behind it.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	// In ticks, of which Linux has 100 a second on every machine that Node runs on.
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The memory of a process that is in RAM, in bytes; undefined if it is gone or the system does not tell. */
export function residentBytesOf(pid: number): number | undefined {
	const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
	return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function read(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
