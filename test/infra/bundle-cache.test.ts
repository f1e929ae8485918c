import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { buildSync } from "esbuild";
import { beforeEach, expect, test } from "vitest";
import { build } from "../../infra/bundle-cache.ts";
import { tempDir } from "../local/support.ts";

let dir: string;
let cache: string;
const write = (file: string, text: string) => writeFileSync(join(dir, file), text);
const options = () => ({
	absWorkingDir: dir,
	outfile: join(dir, "index.mjs"),
	entryPoints: ["entry.ts"],
	bundle: true,
	sourcemap: true,
	sourcesContent: false,
	logLevel: "silent" as const,
});
const built = (more: object = {}) => build({ options: { ...options(), ...more }, cache });
const textOf = (files: Record<string, Uint8Array>) => Buffer.from(files["index.mjs"] ?? []).toString();

beforeEach(() => {
	dir = tempDir();
	cache = join(dir, "cache");
	write("entry.ts", 'import { price } from "./price.ts";\nconsole.log(price as number);\n');
	write("price.ts", "export const price = 100.25;\n");
});

/** Puts a mark into all that is kept, which no build makes. */
function mark(): void {
	for (const file of readdirSync(cache)) {
		const kept = deserialize(readFileSync(join(cache, file))) as { files: Record<string, Uint8Array> };
		kept.files["index.mjs"] = Buffer.from("kept");
		writeFileSync(join(cache, file), serialize(kept));
	}
}

test("gives what esbuild gives, the first time and from then on", () => {
	const { outputFiles } = buildSync({ ...options(), write: false });
	const expected = outputFiles.map(({ path, text }) => [path.replace(`${dir}/`, ""), text]);
	expect(expected.map(([name]) => name).sort()).toEqual(["index.mjs", "index.mjs.map"]);
	for (const _ of ["made", "kept"]) {
		const files = Object.entries(built()).map(([name, content]) => [name, Buffer.from(content).toString()]);
		expect(files).toEqual(expected);
	}
	expect(readdirSync(dir).sort()).toEqual(["cache", "entry.ts", "price.ts"]);
});

test("is not built again while all that went into it is the same, though written anew", () => {
	built();
	mark();
	write("price.ts", "export const price = 100.25;\n");
	write("other.ts", "export const other = 1;\n");
	expect(textOf(built())).toBe("kept");
});

test("is built again when a file that it imports is another, of the same length too, and is kept then", () => {
	built();
	mark();
	write("price.ts", "export const price = 100.75;\n");
	expect(textOf(built())).toContain("100.75");
	expect(readdirSync(cache)).toHaveLength(1);
	mark();
	expect(textOf(built())).toBe("kept");
	write("price.ts", "export const price = 100.25;\n");
	expect(textOf(built())).toContain("100.25");
});

test("is built again with other options, and where npm installed something else", () => {
	built();
	mark();
	expect(textOf(built({ banner: { js: "// first" } }))).toMatch(/^\/\/ first\n/);
	expect(textOf(built())).toBe("kept");
	mkdirSync(join(dir, "node_modules"));
	write("node_modules/.package-lock.json", '{"packages":{}}');
	expect(textOf(built())).toContain("100.25");
	mark();
	write("node_modules/.package-lock.json", '{"packages":{"a":{}}}');
	expect(textOf(built())).toContain("100.25");
});

test("a mistake is esbuild's error, though there is one from before", () => {
	built();
	write("price.ts", "export const price = ;\n");
	expect(() => built()).toThrow(/price\.ts:1:21: ERROR: Unexpected ";"/);
	rmSync(join(dir, "price.ts"));
	expect(() => built()).toThrow(/entry\.ts:1:22: ERROR: Could not resolve "\.\/price\.ts"/);
});

test("what is kept and cannot be read is made anew; a cache that cannot be written to is done without", () => {
	built();
	for (const file of readdirSync(cache)) writeFileSync(join(cache, file), "half a fi");
	expect(textOf(built())).toContain("100.25");
	mark();
	expect(textOf(built())).toBe("kept");
	rmSync(cache, { recursive: true });
	write("cache", "a file");
	expect(textOf(built())).toContain("100.25");
});
