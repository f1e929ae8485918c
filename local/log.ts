import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const BYTES = 64 * 1024;

/** The last `count` lines that are not empty of a log file; none if there is no such file. */
export function lastLines(file: string, count: number): string[] {
	let fd: number;
	try {
		fd = openSync(file, "r");
	} catch {
		return [];
	}
	try {
		const size = fstatSync(fd).size;
		const buffer = Buffer.alloc(Math.min(size, BYTES));
		readSync(fd, buffer, 0, buffer.length, size - buffer.length);
		const lines = buffer
			.toString("utf8")
			.split(/\r?\n/)
			.filter((line) => line.trim() !== "");
		return lines.slice(-count);
	} finally {
		closeSync(fd);
	}
}
