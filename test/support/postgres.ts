/** As much of PostgreSQL's protocol (version 3, text format) as it takes to ask QuestDB what Grafana's plugin asks it. */
import { connect, type Socket } from "node:net";

export type PostgresSession = {
	/** The rows of an answer as objects: numbers as numbers, times as ISO 8601 in UTC, the rest as text. */
	ask: (sql: string) => Promise<Record<string, unknown>[]>;
	end: () => void;
};

type Message = { type: string; body: Buffer };

/** Logs in at a port of the loopback interface. One question at a time goes out; others wait. */
export async function postgresSession(
	port: number,
	{ user, password }: { user: string; password: string },
): Promise<PostgresSession> {
	const socket = connect(port, "127.0.0.1");
	const messages = messagesOf(socket);
	const startup = Buffer.concat([
		int32(196_608),
		text("user"),
		text(user),
		text("database"),
		text("qdb"),
		Buffer.of(0),
	]);
	socket.write(Buffer.concat([int32(startup.length + 4), startup]));
	await untilReady(messages, ({ type, body }) => {
		if (type === "R" && body.readInt32BE(0) === 3) socket.write(message("p", text(password)));
	});
	let last: Promise<unknown> = Promise.resolve();
	return {
		ask: (sql) => {
			const answer = last.then(async () => {
				socket.write(message("Q", text(sql)));
				return rowsOf(sql, messages);
			});
			last = answer.catch(() => {});
			return answer;
		},
		end: () => socket.destroy(),
	};
}

async function rowsOf(sql: string, messages: AsyncIterator<Message>): Promise<Record<string, unknown>[]> {
	const rows: Record<string, unknown>[] = [];
	let columns: { name: string; type: number }[] = [];
	await untilReady(messages, ({ type, body }) => {
		if (type === "T") columns = columnsOf(body);
		if (type !== "D") return;
		let at = 2;
		const values = columns.map(({ name, type }) => {
			const length = body.readInt32BE(at);
			at += 4 + Math.max(0, length);
			return [name, length < 0 ? null : cellOf(type, body.toString("utf8", at - length, at))];
		});
		rows.push(Object.fromEntries(values));
	}).catch((cause) => {
		throw new Error(`QuestDB refuses ${sql}: ${cause.message}`, { cause });
	});
	return rows;
}

function columnsOf(body: Buffer): { name: string; type: number }[] {
	let at = 2;
	return Array.from({ length: body.readInt16BE(0) }, () => {
		const end = body.indexOf(0, at);
		const column = { name: body.toString("utf8", at, end), type: body.readInt32BE(end + 7) };
		at = end + 19;
		return column;
	});
}

/** The types that QuestDB's columns have there, by their numbers: whole numbers, fractions and times; else text. */
function cellOf(type: number, value: string): unknown {
	if ([20, 21, 23, 700, 701].includes(type)) return Number(value);
	return type === 1114 ? `${value.replace(" ", "T")}Z` : value;
}

/** Gives each message to `see` until the server waits for the next question. Throws what it says is wrong. */
async function untilReady(messages: AsyncIterator<Message>, see: (message: Message) => void): Promise<void> {
	let problem: string | undefined;
	while (true) {
		const { value, done } = await messages.next();
		if (done) throw new Error(problem ?? "the connection was closed");
		if (value.type === "E") problem = /M([^\0]*)\0/.exec(value.body.toString("utf8"))?.[1] ?? "no reason given";
		if (value.type === "Z") {
			if (problem !== undefined) throw new Error(problem);
			return;
		}
		see(value);
	}
}

async function* messagesOf(socket: Socket): AsyncGenerator<Message> {
	let rest = Buffer.alloc(0);
	for await (const part of socket) {
		rest = Buffer.concat([rest, part as Buffer]);
		while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
			const end = 1 + rest.readInt32BE(1);
			yield { type: String.fromCharCode(rest[0] ?? 0), body: rest.subarray(5, end) };
			rest = rest.subarray(end);
		}
	}
}

const int32 = (value: number) => {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32BE(value);
	return bytes;
};
const text = (value: string) => Buffer.from(`${value}\0`);
const message = (type: string, body: Buffer) => Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
