import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands between the Lambdas and the emulator's SNS, passes all on as it is, and notes when each alert's Publish came. */
export async function watchSns(target: string) {
	/** By alert_id, epoch ms; the first one, where a message was published again. */
	const published = new Map<string, number>();
	const server = createServer(async (request, response) => {
		const came = Date.now();
		try {
			const body = await bytesOf(request);
			for (const id of alertsIn(body)) if (!published.has(id)) published.set(id, came);
			const answer = await fetch(new URL(request.url ?? "/", target), {
				method: request.method ?? "POST",
				headers: passedOn(request),
				body: new Uint8Array(body),
			});
			const type = answer.headers.get("content-type") ?? "text/xml";
			response.writeHead(answer.status, { "content-type": type }).end(Buffer.from(await answer.arrayBuffer()));
		} catch (error) {
			response.writeHead(502).end(String(error));
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		published,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		async close(): Promise<void> {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** The alerts of a Publish request; none in any other. */
function alertsIn(body: Buffer): string[] {
	const form = new URLSearchParams(body.toString("utf8"));
	if (form.get("Action") !== "Publish") return [];
	const { sqs } = JSON.parse(form.get("Message") ?? "{}") as { sqs?: string };
	const { alerts } = JSON.parse(sqs ?? '{"alerts":[]}') as { alerts: { alert_id: string }[] };
	return alerts.map(({ alert_id }) => alert_id);
}

function passedOn({ headers }: IncomingMessage): Record<string, string> {
	const own = ["host", "connection", "content-length", "expect"];
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name))) as Record<string, string>;
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
