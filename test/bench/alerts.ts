/**
 * `npm run bench:alerts`: how long it takes from a trade's PutRecords to the message in a queue behind SNS, stage by stage,
 * on the whole stack of this machine, and how many rules one core evaluates. Writes nothing but a temporary folder.
 */
import { availableParallelism, cpus } from "node:os";
import { Command, Option } from "commander";
import { startProgress } from "../../local/progress.ts";
import { onStop } from "../../local/signals.ts";
import { parseNumber } from "../../producer/options.ts";
import { evaluation } from "./alerts/evaluate.ts";
import { measure } from "./alerts/latency.ts";
import { type Spread, STAGES, spreads, TOTALS, tableOf, verdicts } from "./alerts/stages.ts";

const options = new Command("bench:alerts")
	.addOption(new Option("--only <what>", "one of both").choices(["latency", "evaluate"]))
	.option("--rate <number>", "trades a second", parseNumber, 200)
	.option("--seconds <number>", "how long crossings count, two a second", parseNumber, 120)
	.option("--warm-up <number>", "seconds before that, with the end of a minute among them", parseNumber, 75)
	.option("--settle <number>", "seconds after that, for the last ones to be told", parseNumber, 10)
	.option("--lateness <seconds...>", "a run for each", ["0.2", "2"])
	.option("--sql <folder>", "the SQL directory")
	.option("--rounds <number>", "of the evaluation", parseNumber, 5)
	.parse()
	.opts<{
		only?: "latency" | "evaluate";
		rate: number;
		seconds: number;
		warmUp: number;
		settle: number;
		lateness: string[];
		sql?: string;
		rounds: number;
	}>();
const { only, rate, seconds, warmUp, settle, rounds } = options;

const stop = new AbortController();
const noLonger = onStop(
	() => stop.abort(new Error("stopped")),
	() => process.exit(130),
);
const progress = startProgress();
const say = (text: string) => void process.stdout.write(`${text}\n`);
say(`Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown"}`);
if (only !== "latency") say(await evaluation(rounds));
if (only !== "evaluate") {
	for (const lateness of options.lateness.map(Number)) {
		const run = {
			lateness,
			rate,
			seconds,
			warmUp,
			settle,
			...(options.sql === undefined ? {} : { sqlDir: options.sql }),
		};
		const moments = await measure(run, progress, stop.signal);
		const totals = spreads(TOTALS, moments, lateness * 1_000);
		say(`\nLateness ${lateness} s: ${moments.length} alerts at ${rate} trades/s, each told once\n`);
		say(tableOf([...spreads(STAGES, moments, lateness * 1_000), ...totals]));
		say(`\n${verdicts(totals[1] as Spread).join("\n")}`);
	}
}
noLonger();
