import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root, toolsDir } from "./paths.ts";
import { requireFree } from "./ports.ts";
import { type Child, startChild, waitReady } from "./process.ts";
import { answers, localCredentials, placesIn, region } from "./stack.ts";

/**
 * Starts the AWS emulator on a port of the loopback interface, on the state it kept in the stack's directory.
 * It saves that state only when it is stopped with SIGTERM, so give it time to stop (objects in S3 are saved at once).
 */
export async function startEmulator(
	dir: string,
	port: number,
	{ signal, onStart }: { signal?: AbortSignal; onStart?: (child: Child) => void } = {},
): Promise<Child> {
	await requireFree("aws", port);
	const places = placesIn(dir);
	const temporary = join(places.emulator, "tmp");
	mkdirSync(temporary, { recursive: true });
	// Lambdas are unpacked and run below here as CommonJS; without this file our own package.json makes them ES modules.
	writeFileSync(join(temporary, "package.json"), '{"type":"commonjs"}\n');
	const child = await startChild({
		name: "the AWS emulator",
		command: join(toolsDir(), "ministack", "bin", "python"),
		args: ["-m", "ministack"],
		cwd: places.emulator,
		env: emulatorEnv(places.emulator, port),
		log: places.log("emulator"),
	});
	onStart?.(child);
	await waitReady(child, () => answers(`http://127.0.0.1:${port}/_ministack/ready`), {
		timeoutMs: 60_000,
		...(signal ? { signal } : {}),
	});
	return child;
}

/** The emulator's environment: nothing of the user's AWS settings, which its Lambdas would inherit. */
export function emulatorEnv(emulatorDir: string, port: number, env = process.env): NodeJS.ProcessEnv {
	const own = Object.entries(env).filter(([name]) => !/^(AWS_|LOCALSTACK|NODE_|EDGE_PORT|DOCKER_)/.test(name));
	return {
		...Object.fromEntries(own),
		// The Lambdas run on the node that is first here: the one that Tidemark itself runs on.
		PATH: [join(root, "node_modules", ".bin"), env.PATH].join(delimiter),
		GATEWAY_PORT: String(port),
		BIND_HOST: "127.0.0.1",
		LOG_LEVEL: "WARNING",
		SFTP_ENABLED: "0",
		IOT_MTLS_ENABLED: "0",
		TMPDIR: join(emulatorDir, "tmp"),
		PERSIST_STATE: "1",
		STATE_DIR: join(emulatorDir, "state"),
		S3_PERSIST: "1",
		S3_DATA_DIR: join(emulatorDir, "s3"),
		AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
		AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
		AWS_DEFAULT_REGION: region,
	};
}
