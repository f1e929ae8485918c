import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { type BuildOptions, buildSync, version } from "esbuild";

/** What a build made, and what it was made from. */
interface Kept {
	/** Over the content of the inputs, and what else decides what becomes of them. */
	digest: string;
	/** The files that it is made of, as esbuild names them: below the root. */
	inputs: string[];
	/** What was made, by file name. */
	files: Record<string, Uint8Array>;
}

/** A build: its options, of which `absWorkingDir` and `outfile` are needed, and where what it makes is kept. */
export interface CachedBuild {
	options: BuildOptions & { absWorkingDir: string; outfile: string };
	cache: string;
}

/**
 * The files that esbuild makes, by name: those that it made before, where none of the files that went into them has another
 * content now. Building the functions is three quarters of a synthesis, and nearly always gives what it gave before.
 * Nothing is written to `outfile`: it only is where the source map is to be relative to. A cache that cannot be written to
 * is done without.
 *
 * @throws esbuild's error where it cannot build them
 */
export function build({ options, cache }: CachedBuild): Record<string, Uint8Array> {
	const root = options.absWorkingDir;
	const file = join(cache, hash(JSON.stringify(options)));
	const kept = readKept(file);
	if (kept && digestOf(root, kept.inputs) === kept.digest) return kept.files;
	const { outputFiles, metafile } = buildSync({ ...options, write: false, metafile: true });
	const inputs = Object.keys(metafile.inputs);
	const files = Object.fromEntries(
		outputFiles.map(({ path, contents }) => [path.slice(path.lastIndexOf("/") + 1), contents]),
	);
	const digest = digestOf(root, inputs);
	if (digest !== undefined) keep(cache, file, { digest, inputs, files });
	return files;
}

/** npm's list of what it installed: where a package's name leads to is in no input. */
const INSTALLED = join("node_modules", ".package-lock.json");

/** Undefined where one of the files is gone. */
function digestOf(root: string, inputs: readonly string[]): string | undefined {
	try {
		const installed = readIfThere(join(root, INSTALLED));
		return hash(version, installed, ...inputs.map((input) => readFileSync(join(root, input))));
	} catch {
		return undefined;
	}
}

/** Each part with its length, so that nothing moves from one to the next unseen. */
function hash(...parts: (string | Uint8Array)[]): string {
	const sum = createHash("sha256");
	for (const part of parts) sum.update(`${part.length}\n`).update(part);
	return sum.digest("hex");
}

function readKept(file: string): Kept | undefined {
	try {
		return deserialize(readFileSync(file)) as Kept;
	} catch {
		return undefined; // none yet, or by another version of V8
	}
}

function readIfThere(file: string): Uint8Array {
	try {
		return readFileSync(file);
	} catch {
		return new Uint8Array();
	}
}

/** Another process may read or write the same: it finds a whole file or none. */
function keep(cache: string, file: string, kept: Kept): void {
	const draft = `${file}.${process.pid}`;
	try {
		mkdirSync(cache, { recursive: true });
		writeFileSync(draft, serialize(kept));
		renameSync(draft, file);
	} catch {
		// It is built again the next time.
	}
}
