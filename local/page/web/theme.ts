/** The style sheet's colours for the canvas, which cannot use them by itself. */
import type { Colours } from "./colours.ts";

/** The colours as they are now: light or dark by what the system prefers. */
export function colours(): Colours {
	const style = getComputedStyle(document.documentElement);
	const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
	return {
		text: colour("text"),
		muted: colour("muted"),
		line: colour("grid"),
		panel: colour("panel"),
		up: colour("up"),
		down: colour("down"),
		upFaint: colour("up-faint"),
		downFaint: colour("down-faint"),
		crosshair: colour("crosshair"),
		warn: colour("warn"),
		vwap: colour("vwap"),
		compared: [1, 2, 3, 4].map((n) => colour(`compared-${n}`)),
	};
}

/** Calls back when the system changes between light and dark. */
export function onThemeChange(changed: () => void): void {
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
