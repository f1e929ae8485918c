/** WCAG 2's contrast of colours that are written `#rrggbb`. */

/** Red, green and blue, 0 to 255. */
export function channels(hex: string): number[] {
	return [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16));
}

/** The contrast ratio of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
	const [light = 0, dark = 0] = [a, b].map(luminance).sort((x, y) => y - x);
	return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
	const [red = 0, green = 0, blue = 0] = channels(hex).map((channel) => {
		const part = channel / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
