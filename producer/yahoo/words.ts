/** `AAPL, MSFT and 48 more`: at most so many names. */
export function nameSome(names: readonly string[], most: number): string {
	if (names.length <= most) return names.join(", ");
	return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}

/** A time to wait, roughly: `40 s`, `2 min`, `3 h`. */
export function formatWait(ms: number): string {
	const seconds = Math.max(1, Math.round(ms / 1000));
	if (seconds < 90) return `${seconds} s`;
	if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
	return `${Math.round(seconds / 3600)} h`;
}
