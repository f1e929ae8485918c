import { Command, InvalidArgumentError, Option } from "commander";
import { durationOption } from "../../alerting/commands/duration-option.ts";
import { UserError } from "../errors.ts";
import { addPlaceOptions } from "../place-options.ts";
import { startProgress } from "../progress.ts";
import { sayMaintained } from "./maintained.ts";

interface Options {
	keep: string;
	targetSize: number;
	dryRun?: boolean;
	json?: boolean;
	run?: string;
	aws?: boolean;
	off?: boolean;
}

const NOTES = `
Each commit of the job leaves small files and a snapshot behind. This writes the small files of each day into larger ones,
sums up the lists of files, and lets old snapshots expire, while the job goes on. Time travel reaches back as far as
snapshots are kept. The newest commit of the job always stays: a restored job looks for it.

With --aws, Glue does this from then on by itself, with the optimizers that are set here; their last runs are shown.
docs/lake.md says more.

  npx tidemark lake maintain
  npx tidemark lake maintain trades bars --keep 1d --dry-run
  npx tidemark lake maintain --aws`;

/** `tidemark lake maintain`: fewer, larger files, and no more snapshots than are wanted. */
export function maintainCommand(): Command {
	const command = new Command("maintain")
		.description("compact small files of the lake and let old snapshots expire, while the job goes on")
		.argument("[tables...]", "such as trades bars (default: all)")
		.option("--keep <duration>", "keep snapshots of this time: 12h, 5d", "5d")
		.addOption(
			new Option("--target-size <size>", "of data files; Glue takes what the table says of it")
				.argParser(size)
				.default(128_000_000, "128MB"),
		)
		.option("--dry-run", "only say what would be done")
		.option("--off", "with --aws: switch Glue's optimizers off")
		.option("--json", "print the numbers as JSON");
	return addPlaceOptions(command)
		.addHelpText("after", NOTES)
		.action(async (tables: string[], options: Options) => {
			const text = options.aws ? await onAws(tables, options) : await here(tables, options);
			process.stdout.write(`${text}\n`);
		});
}

async function here(tables: string[], { keep, targetSize, dryRun = false, json, off, run }: Options): Promise<string> {
	if (off) throw new UserError("--off is about Glue's optimizers: add --aws");
	const { maintainHere } = await import("./maintain.ts");
	const keepMs = durationOption("--keep", keep);
	const options = { tables, keepMs, targetBytes: targetSize, dryRun, ...(run === undefined ? {} : { run }) };
	const done = await maintainHere(options, startProgress());
	if (done.some(({ failed }) => failed)) process.exitCode = 1;
	return json ? JSON.stringify(done, null, "\t") : sayMaintained(done);
}

async function onAws(
	tables: string[],
	{ keep, dryRun = false, json, off = false, ...settings }: Options,
): Promise<string> {
	const { optimizeOnAws, sayOptimizers } = await import("./optimizers.ts");
	const keepMs = durationOption("--keep", keep);
	const done = await optimizeOnAws({ ...settings, tables, keepMs, dryRun, enabled: !off });
	return json ? JSON.stringify(done, null, "\t") : sayOptimizers(done, dryRun);
}

/** Bytes of a size such as `128MB` or `0.5GB`. */
export function size(text: string): number {
	const [, number, unit] = /^(\d+(?:\.\d+)?) ?([kMG])B$/i.exec(text) ?? [];
	const bytes =
		Number(number) * ({ K: 1_000, M: 1_000_000, G: 1_000_000_000 }[unit?.toUpperCase() ?? ""] ?? Number.NaN);
	if (bytes >= 1_000_000 && bytes <= 10_000_000_000) return bytes;
	throw new InvalidArgumentError("Give a size from 1MB to 10GB, such as 128MB.");
}
