// The container's health check: fails when the producer's health file (see --health) is missing or older than 30 s.
import { statSync } from "node:fs";

const oldestSeconds = 30;
const [file] = process.argv.slice(2);
try {
	const age = (Date.now() - statSync(file).mtimeMs) / 1000;
	if (age > oldestSeconds) throw new Error(`${file} was last written ${Math.round(age)} s ago`);
} catch (error) {
	process.stdout.write(`unhealthy: ${error.message}\n`);
	process.exitCode = 1;
}
