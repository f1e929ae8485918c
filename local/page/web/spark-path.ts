/** Where the points of a line of the last hour lie. Units of the SVG's own, times in epoch seconds. */
export const WIDTH = 56;
export const HEIGHT = 16;
export const HOUR = 3_600;

/** Points as SVG has them: an hour fills the width, the lowest and highest close the height. */
export function toPath(points: [time: number, close: number][]): string {
	const end = points.at(-1)?.[0] ?? 0;
	const closes = points.map(([, close]) => close);
	const [low, high] = [Math.min(...closes), Math.max(...closes)];
	const y = (close: number) => (high === low ? HEIGHT / 2 : 1 + ((HEIGHT - 2) * (high - close)) / (high - low));
	const x = (time: number) => WIDTH - 1 - ((WIDTH - 2) * (end - time)) / HOUR;
	return points.map(([time, close]) => `${x(time).toFixed(1)},${y(close).toFixed(1)}`).join(" ");
}
