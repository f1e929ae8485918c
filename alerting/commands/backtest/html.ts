import { html } from "hono/html";
import { DateTime } from "luxon";

/** Markup in which every value was escaped as it was put in. */
export type Html = ReturnType<typeof html>;

/** A time, epoch ms, by a clock: `2013-10-07 09:31:00`. */
export function whenIn(time: number, zone: string): string {
	return DateTime.fromMillis(time, { zone }).toFormat("yyyy-MM-dd HH:mm:ss");
}

/** A table; columns with these names are numbers. */
export function table(
	columns: readonly string[],
	rows: readonly (readonly (string | number | Html)[])[],
	numbers: readonly string[] = [],
): Html {
	const side = (i: number) => (numbers.includes(columns[i] ?? "") ? "number" : "");
	return html`<div class="scroll"><table class="${numbers.length > 0 ? "counts" : "list"}">
<thead><tr>${columns.map((name, i) => html`<th class="${side(i)}" scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, i) => html`<td class="${side(i)}">${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}
