/** The colours that the canvas is drawn with, as CSS has them. */
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
	warn: string;
	vwap: string;
	/** Of the lines that are compared, in their order. */
	compared: string[];
}
