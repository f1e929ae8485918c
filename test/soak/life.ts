import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { residentBytesOf } from "../support/process_stat.ts";
import type { Life, Sample } from "./checks.ts";
import type { Feeding } from "./feeding.ts";

/** A process of the producer that runs. */
export interface Living {
	/** Its memory each second so far; empty where the system does not tell. */
	readonly samples: readonly Sample[];
	/** What its feed gave and what became of it. Rejects if it ends without saying so. */
	readonly ended: Promise<Life>;
	/** Asks it to stop. */
	terminate(): void;
	kill(): void;
}

/** Starts a process of the producer with these options of Node's; what it says goes into the log. */
export function startLife(feeding: Feeding, { node, log }: { node: readonly string[]; log: string }): Living {
	const out = openSync(log, "a");
	const program = fileURLToPath(new URL("feeding.ts", import.meta.url));
	const child = spawn(process.execPath, [...node, program, JSON.stringify(feeding)], {
		stdio: ["ignore", "pipe", out],
	});
	closeSync(out);
	const [began, samples]: [number, Sample[]] = [performance.now(), []];
	const sampling = setInterval(() => {
		const bytes = residentBytesOf(child.pid as number);
		if (bytes === undefined) return;
		samples.push({ seconds: (performance.now() - began) / 1000, megabytes: bytes / 2 ** 20 });
	}, 1000);
	let text = "";
	child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
		text += chunk;
	});
	const ended = new Promise<Life>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code, signal) => {
			clearInterval(sampling);
			const life = code === 0 ? (JSON.parse(text) as Life) : undefined;
			if (life) resolve(life);
			else reject(new Error(`The producer ended with ${signal ?? code}:\n${lastLines(log)}`));
		});
	});
	return { samples, ended, terminate: () => child.kill("SIGTERM"), kill: () => child.kill("SIGKILL") };
}

function lastLines(log: string): string {
	return readFileSync(log, "utf8").trimEnd().split("\n").slice(-20).join("\n");
}
