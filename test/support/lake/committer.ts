import { createInterface } from "node:readline";
import { CreateDatabaseCommand, GlueClient } from "@aws-sdk/client-glue";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { execa } from "execa";
import { emulated, emulatedEnvironment } from "../../../infra/emulated.ts";
import { tools } from "../../../local/paths.ts";

/** A program that goes on committing trades of one day into `tidemark.trades`, a small file a commit. */
export interface Committer {
	/** How many files a query would read, and how long finding them takes. */
	plan(): Promise<{ files: number; ms: number }>;
	/** Ends it; what it wrote. */
	stop(): Promise<{ rows: number; commits: number }>;
}

/** Makes the bucket `lake` and the database `tidemark`, and starts to write; resolves after the first commits. */
export async function startCommitter(
	endpoint: string,
	java: string,
	{ commits, rows, pauseMs }: { commits: number; rows: number; pauseMs: number },
): Promise<Committer> {
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
	const glue = new GlueClient(emulated(endpoint));
	await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
	await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "tidemark" } }));
	s3.destroy();
	glue.destroy();
	const program = new URL("Committer.java", import.meta.url).pathname;
	const { runnerJar, flinkLib } = tools();
	const writing = [endpoint, "lake", "tidemark", "trades", ...[commits, rows, pauseMs].map(String)];
	const child = execa(java, ["-Xmx1g", "-cp", `${runnerJar}:${flinkLib}/*`, program, ...writing], {
		env: emulatedEnvironment(endpoint),
		stderr: "pipe",
		buffer: { stdout: false },
		reject: true,
	});
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const read = async (): Promise<string> => {
		const line = await Promise.race([lines.next(), child.then(() => ({ value: undefined }))]);
		if (line.value === undefined) throw new Error("The committer ended");
		return line.value;
	};
	const ask = async (what: string) => {
		child.stdin.write(`${what}\n`);
		return JSON.parse(await read());
	};
	await read();
	return {
		plan: () => ask("plan"),
		async stop() {
			const written = await ask("stop");
			await child;
			return written;
		},
	};
}
