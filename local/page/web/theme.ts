/** The style sheet's colours for the canvas, which cannot use them by itself. */

export interface Colours {
	text: string;
	muted: string;
	line: string;
	panel: string;
	up: string;
	down: string;
	upFaint: string;
	downFaint: string;
	crosshair: string;
}

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
	};
}

/** Calls back when the system changes between light and dark. */
export function onThemeChange(changed: () => void): void {
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
