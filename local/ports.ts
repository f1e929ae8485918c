import { createServer } from "node:net";
import getPort, { portNumbers } from "get-port";
import { UserError } from "./errors.ts";

/** The parts of a stack that listen, each on one port of the loopback interface. */
export type PortName = "aws" | "flink" | "questdb" | "page";
export type Ports = Record<PortName, number>;

export const defaultPorts: Ports = { aws: 4566, flink: 8081, questdb: 9000, page: 8080 };

const wants: Record<PortName, string> = {
	aws: "the AWS emulator",
	flink: "Flink's REST interface",
	questdb: "QuestDB",
	page: "the live page",
};

/** A port number from the command line. Throws {@link UserError} for anything but an integer from 1 to 65535. */
export function parsePort(text: string): number {
	const port = Number(text);
	if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
		throw new UserError(`${JSON.stringify(text)} is not a port: give a number from 1 to 65535`);
	}
	return port;
}

/**
 * The ports to use: those that were asked for, otherwise the defaults, or with `pickFree` any free ones.
 * Throws one {@link UserError} that names every taken port, what wants it and the option that changes it.
 */
export async function choosePorts(
	asked: Partial<Ports>,
	{ pickFree = false, names = ["aws", "flink", "questdb", "page"] }: { pickFree?: boolean; names?: PortName[] } = {},
): Promise<Ports> {
	const ports = { ...defaultPorts };
	const problems: string[] = [];
	const used = new Map<number, PortName>();
	for (const name of names) {
		const exclude = [...used.keys(), ...Object.values(asked)];
		const port = asked[name] ?? (pickFree ? await freePort(exclude) : defaultPorts[name]);
		const other = used.get(port);
		if (other) problems.push(`port ${port} is wanted by both ${wants[other]} and ${wants[name]}: ${remedy(name)}`);
		else if (!(await isFree(port))) problems.push(taken(name, port));
		used.set(port, name);
		ports[name] = port;
	}
	if (problems.length > 0) throw new UserError(problems.join("\n"));
	return ports;
}

/**
 * Throws {@link UserError} if a part's port is taken. To be asked right before the part starts: whoever has the port
 * might answer in its place and be taken for it.
 */
export async function requireFree(name: PortName, port: number): Promise<void> {
	if (!(await isFree(port))) throw new UserError(taken(name, port));
}

function taken(name: PortName, port: number): string {
	return `port ${port}, which ${wants[name]} wants, is taken: ${remedy(name)}`;
}

function remedy(name: PortName): string {
	return `choose another one with --port-${name} N`;
}

/** Whether a port of the loopback interface can be listened on. */
export function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
			else reject(error);
		});
		server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
	});
}

/**
 * A free port below the range that the system gives to outgoing connections, which could take it before its owner
 * listens. Each call starts at random, so that two runs at once seldom try the same.
 */
async function freePort(exclude: number[]): Promise<number> {
	const from = 20_000 + Math.floor(Math.random() * 10_000);
	return getPort({ host: "127.0.0.1", port: portNumbers(from, 31_999), exclude, reserve: true });
}
