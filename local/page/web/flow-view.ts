/** The pipeline as a picture: each arrow with its live rate and lag, so that one sees where the data are, and where stuck. */
import type { Flow, Status } from "../messages.ts";
import { lagOf, rateOf, stateOf } from "./flow.ts";

/** Writes all arrows of the picture, which `index.html` draws; one is found by `data-arrow`, a box by `data-box`. */
export function showFlow(picture: HTMLElement, status: Status): void {
	for (const element of picture.querySelectorAll<HTMLElement>("[data-arrow]")) {
		const name = element.dataset.arrow as keyof Flow;
		const arrow = status.flow[name];
		const state = stateOf(name, status);
		element.dataset.state = state;
		write(element, ".rate", rateOf(arrow));
		write(element, ".lag", lagOf(arrow));
		write(element, ".is", state === "stuck" || state === "slow" ? state : "");
	}
	for (const element of picture.querySelectorAll<HTMLElement>("[data-box]")) {
		const part = status.parts.find((each) => each.part === element.dataset.box);
		element.dataset.state = part?.state ?? "up";
		write(element, ".is", part && part.state !== "up" ? part.state : "");
	}
}

function write(within: HTMLElement, selector: string, text: string): void {
	const element = within.querySelector(selector);
	if (element && element.textContent !== text) element.textContent = text;
}
