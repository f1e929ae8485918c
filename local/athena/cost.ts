const MB = 2 ** 20;
const TB = 2 ** 40;

/** What Athena charges for a TB scanned in most regions, in US dollars; seen on third parties' pages in November 2026. */
export const DOLLARS_PER_TB = 5;

/** Athena counts whole megabytes, and no fewer than these for a query. */
const LEAST_MB = 10;

/** What a query costs that scanned so many bytes, in US dollars; S3 requests and the Glue catalog's are not in it. */
export function costOf(bytes: number, dollarsPerTb = DOLLARS_PER_TB): number {
	return (Math.max(LEAST_MB, Math.ceil(bytes / MB)) * MB * dollarsPerTb) / TB;
}

/** Bytes as people read them, with a digit after the point from a kilobyte on: `1.5 MB`. */
export function sayBytes(bytes: number): string {
	const units = ["bytes", "KB", "MB", "GB", "TB"];
	const unit = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
	return `${unit === 0 ? bytes : (bytes / 1024 ** unit).toFixed(1)} ${units[unit]}`;
}
