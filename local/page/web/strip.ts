/** The figures above the chart, the parts' states, the feed's name, and the line that says what is wrong. */
import type { Figures, Part, StaleSymbol, Status } from "../messages.ts";
import { formatCount, formatDuration, formatVolume } from "./format.ts";

const NAMES: Record<Part["part"], string> = {
	emulator: "AWS emulator",
	flink: "Flink",
	questdb: "QuestDB",
	producer: "Producer",
	sql: "SQL",
	rules: "Rules file",
};
/** What the page is missing while a part is not up. */
const CONSEQUENCES: Record<Part["part"], string> = {
	emulator: "nothing new arrives",
	flink: "no new bars, ticks or alerts are made",
	questdb: "the history of bars is missing",
	producer: "no new trades are sent",
	sql: "the job runs on with the SQL before the last edit",
	rules: "alerts go by the rules before the last edit",
};

const RELOADING = "SQL is being reloaded: the job stops with a savepoint and goes on from it with the edited SQL";
const ENDED = "The feed is over: all of its trades were sent.";

/** Writes a status into the page. Text that has not changed is left alone, so that nothing is read out twice. */
export function showStatus({ parts, figures }: Status): void {
	showFigures(figures);
	problems.set("stale", staleText(parts.flatMap(({ stale }) => stale ?? [])));
	showParts(parts);
	showFeed(parts.find((part) => part.feed)?.feed);
}

/** Shows that the server itself cannot be reached, or that it can again. */
export function showConnection(state: "connecting" | "live" | "lost"): void {
	const element = byId("connection");
	element.dataset.state = state;
	write(element, state === "lost" ? "reconnecting" : state);
	problems.set(
		"page",
		state === "lost" ? "The page has lost its server and tries again: what it shows may be old." : "",
	);
	showProblems();
}

function showFigures(figures: Figures): void {
	const { tradesIn, tradesPerSecond, bars, lake, eventTime, lagMs, behindMs, unreadable } = figures;
	write(byId("trades-in"), formatCount(tradesIn));
	const rate = tradesPerSecond === null ? null : formatCount(Math.round(tradesPerSecond));
	write(byId("trades-rate"), rate === null ? (tradesIn === null ? "no data yet" : "rate unknown") : `${rate} a second`);
	write(byId("bars-out"), formatCount(bars && bars["1m"] + bars["5m"] + bars["1h"] + bars["1d"]));
	const by =
		bars && (["1m", "5m", "1h", "1d"] as const).map((interval) => `${interval} ${formatVolume(bars[interval])}`);
	write(byId("bars-by"), by ? by.join(" · ") : "no data yet");
	write(byId("duplicates"), formatCount(lake?.duplicates ?? null));
	write(byId("rejects"), formatCount(lake && lake.malformed + lake.invalid + lake.late));
	const reasons = (["malformed", "invalid", "late"] as const).map(
		(reason) => `${reason} ${formatCount(lake?.[reason] ?? null)}`,
	);
	write(byId("rejects-by"), reasons.join(" · "));
	const behind = behindMs === null ? "" : `${formatDuration(behindMs)} behind the stream`;
	if (eventTime !== null && lagMs === null) {
		write(byId("lag-name"), "Event time");
		write(byId("lag"), `${eventTime.slice(0, 19).replace("T", " ")}Z`);
		write(byId("lag-note"), behind || "of a replay");
	} else {
		write(byId("lag-name"), "Lag");
		write(byId("lag"), lagMs === null ? "–" : formatDuration(lagMs));
		write(byId("lag-note"), eventTime === null ? "no watermark yet" : `event time ${eventTime.slice(11, 19)}Z`);
	}
	problems.set(
		"unreadable",
		unreadable === 0 ? "" : `${formatCount(unreadable)} records of the streams could not be read.`,
	);
}

const problems = new Map<string, string>();
let last: { text: string; at: number } | undefined;
/** The feed has come to its end. */
let over = false;

function showParts(parts: Part[]): void {
	const list = byId("parts");
	const shown = new Map([...list.children].map((item) => [(item as HTMLElement).dataset.part, item as HTMLElement]));
	for (const { part, state, detail } of parts) {
		const item = shown.get(part) ?? document.createElement("li");
		shown.delete(part);
		if (!item.isConnected) list.append(item);
		item.dataset.part = part;
		item.dataset.state = state;
		const title = `${NAMES[part]}: ${state}${detail ? `, ${detail}` : ""}`;
		if (item.title !== title) item.title = title;
		write(item, state === "up" ? NAMES[part] : `${NAMES[part]} ${state}`);
		item.setAttribute("aria-label", title);
		problems.set(part, problemOf(part, state, detail));
	}
	for (const gone of shown.values()) gone.remove();
	over = parts.some(({ part, state }) => part === "producer" && state === "ended");
	showProblems();
}

function problemOf(part: Part["part"], state: Part["state"], detail: string | undefined): string {
	if (state !== "down" && state !== "restarting") return "";
	const reloads = part === "sql" && state === "restarting";
	const what = reloads ? RELOADING : `${NAMES[part]} is ${state}: ${CONSEQUENCES[part]}`;
	return `${what}${detail ? ` (${detail})` : ""}.`;
}

/** Those that have no line in the table are in this one too. */
function staleText(stale: StaleSymbol[]): string {
	const reasons = Map.groupBy(stale, ({ why }) => why);
	const texts = [...reasons].map(([why, of]) => {
		const names = of.slice(0, 6).map(({ symbol }) => symbol);
		return `${names.join(", ")}${of.length > 6 ? ` and ${of.length - 6} more` : ""} (${why})`;
	});
	return texts.length === 0 ? "" : `Stale: ${texts.join("; ")}.`;
}

function showProblems(): void {
	const texts = [...problems.values()].filter((text) => text !== "");
	const line = byId("problems");
	write(line, texts.join(" ") || (over ? ENDED : "All parts are up"));
	line.title = texts.join("\n");
	line.classList.toggle("bad", texts.length > 0);
	if (texts.length > 0) last = { text: texts.join(" "), at: Date.now() };
}

/** What was wrong last, and when it was so for the last time (epoch ms); undefined where nothing ever was. */
export function lastProblem(): { text: string; at: number } | undefined {
	return last;
}

function showFeed(feed: string | undefined): void {
	const element = byId("feed");
	element.hidden = feed === undefined;
	write(element, feed ?? "");
	element.title = feed ?? "";
	element.classList.toggle("synthetic", /synthetic/i.test(feed ?? ""));
}

function write(element: HTMLElement, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}

/** The element that the page's HTML has under this id. */
export function byId(id: string): HTMLElement {
	const element = document.getElementById(id);
	if (!element) throw new Error(`index.html has no element with the id ${id}`);
	return element;
}
