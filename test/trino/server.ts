/** A Trino 476, the engine under Athena, over the tables of an emulator: the catalog `lake` is its Glue. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import getPort from "get-port";
import { type Child, startChild, waitReady } from "../../local/process.ts";
import { localCredentials, region } from "../../local/stack.ts";
import { ask } from "./client.ts";

const HEAP = "2G";

/** Starts Trino with its files in `dir`, over a lake that has its tables. It stops with {@link Child.stop}. */
export async function startTrino(
	installed: string,
	java: string,
	dir: string,
	aws: string,
): Promise<Child & { url: string }> {
	const port = await getPort();
	const etc = join(dir, "etc");
	mkdirSync(join(etc, "catalog"), { recursive: true });
	const write = (file: string, properties: Record<string, string>) => {
		const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
		writeFileSync(join(etc, file), `${lines.join("\n")}\n`);
	};
	write("config.properties", {
		coordinator: "true",
		"node-scheduler.include-coordinator": "true",
		"http-server.http.port": String(port),
		"discovery.uri": `http://127.0.0.1:${port}`,
		"catalog.config-dir": join(etc, "catalog"),
		"query.max-memory-per-node": "1GB",
	});
	write("log.properties", { "io.trino": "WARN", io: "WARN" });
	write("catalog/lake.properties", {
		"connector.name": "iceberg",
		"iceberg.catalog.type": "glue",
		"hive.metastore.glue.endpoint-url": aws,
		"hive.metastore.glue.region": region,
		"hive.metastore.glue.aws-access-key": localCredentials.accessKeyId,
		"hive.metastore.glue.aws-secret-key": localCredentials.secretAccessKey,
		"fs.native-s3.enabled": "true",
		"s3.endpoint": aws,
		"s3.region": region,
		"s3.path-style-access": "true",
		"s3.aws-access-key": localCredentials.accessKeyId,
		"s3.aws-secret-key": localCredentials.secretAccessKey,
	});
	const settings = {
		"node.id": "tidemark",
		"node.environment": "test",
		"node.data-dir": dir,
		// The one address that Tidemark's tests listen at.
		"node.internal-address": "127.0.0.1",
		"node.bind-ip": "127.0.0.1",
		config: join(etc, "config.properties"),
		"log.levels-file": join(etc, "log.properties"),
		"java.io.tmpdir": dir,
	};
	const child = await startChild({
		name: "Trino",
		command: java,
		args: [
			`-Xmx${HEAP}`,
			"-XX:+UseSerialGC",
			"-XX:+UnlockDiagnosticVMOptions",
			"--add-modules=jdk.incubator.vector",
			"--sun-misc-unsafe-memory-access=allow",
			"--enable-native-access=ALL-UNNAMED",
			...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
			"-cp",
			join(installed, "lib", "*"),
			"io.trino.server.TrinoServer",
		],
		cwd: installed,
		env: { PATH: process.env.PATH, HOME: process.env.HOME },
		log: join(dir, "trino.log"),
	});
	const url = `http://127.0.0.1:${port}`;
	await waitReady(child, () => isUp(url), { timeoutMs: 240_000 });
	return { ...child, url };
}

/** It answers requests before it takes queries, and queries without a table before it has a node for the others. */
async function isUp(url: string): Promise<boolean> {
	try {
		return (await ask(url, "tidemark", "SELECT count(*) FROM trades")).rows.length === 1;
	} catch {
		return false;
	}
}
