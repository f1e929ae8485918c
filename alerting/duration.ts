const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of a duration such as `90s`, `10m`, `1h30m` or `2d`; `0` is none.
 *
 * @throws an Error that names the text and the forms that there are
 */
export function parseDuration(text: string): number {
	if (text === "0") return 0;
	const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
	if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
		throw new Error(`${JSON.stringify(text)} is no duration: write 30s, 10m, 1h30m or 2d`);
	}
	return Math.round(parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ""] ?? 0), 0));
}

/** A duration as a person writes it, in its two largest units: `45s`, `10m`, `1h 30m`, `2d`. */
export function formatDuration(ms: number): string {
	const parts: string[] = [];
	let rest = Math.max(0, Math.round(ms / 1_000)) * 1_000;
	for (const unit of ["d", "h", "m", "s"]) {
		const size = UNITS[unit] ?? 1;
		const count = Math.floor(rest / size);
		rest -= count * size;
		if (count > 0) parts.push(`${count}${unit}`);
	}
	return parts.slice(0, 2).join(" ") || "0s";
}
