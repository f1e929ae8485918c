/** Builds what the browser gets: scripts, one style sheet and the HTML that names them by their hashes. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

export interface Asset {
	type: string;
	body: string;
}

export interface Bundle {
	html: string;
	/** By file name; the names carry a hash of what is in them, so that they may be cached for ever. */
	assets: Map<string, Asset>;
}

const TYPES: Record<string, string> = {
	js: "text/javascript; charset=utf-8",
	css: "text/css; charset=utf-8",
	svg: "image/svg+xml",
};

let built: Promise<Bundle> | undefined;

/** Bundles `web/` in memory, once in a process. Throws what esbuild finds wrong. */
export function bundle(): Promise<Bundle> {
	built ??= buildAll();
	return built;
}

async function buildAll(): Promise<Bundle> {
	const web = fileURLToPath(new URL("web/", import.meta.url));
	const result = await build({
		absWorkingDir: web,
		entryPoints: ["main.ts", "page.css", "icon.svg"],
		entryNames: "[name]-[hash]",
		assetNames: "[name]-[hash]",
		// The chart is a file of its own, and so is what it shares with the page.
		chunkNames: "[name]-[hash]",
		splitting: true,
		outdir: "out",
		bundle: true,
		minify: true,
		write: false,
		format: "esm",
		target: "es2022",
		loader: { ".svg": "copy" },
		// The licences of what is bundled stay in it.
		legalComments: "eof",
		logLevel: "silent",
	});
	// Its service would stay beside us as long as we live.
	await stop();
	const assets = new Map<string, Asset>();
	let html = await readFile(`${web}index.html`, "utf8");
	for (const { path, text } of result.outputFiles) {
		const name = basename(path);
		const ending = name.slice(name.lastIndexOf(".") + 1);
		assets.set(name, { type: TYPES[ending] ?? "application/octet-stream", body: text });
		html = html.replaceAll(`/assets/${name.replace(/-[A-Z0-9]{8}\./, ".")}`, `/assets/${name}`);
	}
	return { html, assets };
}
