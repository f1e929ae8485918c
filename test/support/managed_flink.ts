import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { act } from "./managed_flink/actions.ts";
import { actionOf, type Call, type Fault, MANAGED_FLINK, protocolOf, serviceOf } from "./managed_flink/call.ts";
import { controlPlane } from "./managed_flink/control_plane.ts";
import { answerFault, faultOrders, type Order, type Which } from "./managed_flink/faults.ts";
import { type Ask, type Outcome, Refusal, type Rule, type Run } from "./managed_flink/life.ts";
import { askEmulator, forward, relay } from "./managed_flink/proxy.ts";

export type { Call, Fault, Protocol } from "./managed_flink/call.ts";
export type { Order, Which } from "./managed_flink/faults.ts";
export type { Detail, Outcome, Restore, Rule, Run } from "./managed_flink/life.ts";
export { codeOf } from "./managed_flink/life.ts";

export type StandIn = AsyncDisposable & {
	/**
	 * Give this to SDK clients in the emulator's place. It speaks HTTP/1.1, so a Kinesis client needs `NodeHttpHandler`
	 * (`kinesisClient` of producer/client.ts has it).
	 */
	endpoint: string;
	/** The jobs that were started, oldest first. */
	runs: Run[];
	/** The requests that came, oldest first. */
	calls: Call[];
	/**
	 * Chooses what becomes of jobs that start from now on, where the rule does not return undefined. Later rules go first, and
	 * a job that no rule is for runs.
	 */
	whenStarted: (rule: Rule) => void;
	/** The same for code of which the file key in S3 or the property `sql.location` contains this text. */
	whenCode: (contains: string, outcome: Outcome) => void;
	/** Snapshots that are ordered with a name that this is true of end as FAILED. */
	whenSnapshotted: (fails: (name: string) => boolean) => void;
	/**
	 * Makes a call go wrong, once or, with `always`, from then on; it also counts the calls of other services.
	 *
	 * @param which the nth call from now (1 is the next), or a predicate
	 */
	fail: (which: Which, how: Fault, options?: { always?: boolean }) => Order;
	/** Ends all connections. `await using` does it too. */
	close: () => Promise<void>;
};

/**
 * Starts a stand-in for Managed Flink's control plane in front of the emulator at `emulator`. Actions of Managed Flink take time
 * there, can fail, and are listed as operations; every other request goes to the emulator as it is.
 *
 * @param options.steps how many reads (DescribeApplication, DescribeApplicationOperation, ListApplicationOperations; of snapshots
 * also their Describe and List) see STARTING, UPDATING, STOPPING, ROLLING_BACK or CREATING before it settles; default 2
 */
export async function standInFor(emulator: string, { steps = 2 } = {}): Promise<StandIn> {
	const plane = controlPlane(steps);
	const calls: Call[] = [];
	const orders = faultOrders();
	let snapshotFails = (_name: string) => false;
	// An action ends before the next begins, as on an application of the service.
	let last: Promise<unknown> = Promise.resolve();
	const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
		const done = last.then(task);
		last = done.catch(() => {});
		return done;
	};

	async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const protocol = protocolOf(request);
		const target = String(request.headers["x-amz-target"] ?? "");
		const ours = target.startsWith(MANAGED_FLINK);
		const body = ours || protocol === "query" ? await buffer(request) : undefined;
		const form = protocol === "query" ? new URLSearchParams(body?.toString()) : undefined;
		const call: Call = {
			number: calls.length + 1,
			service: serviceOf(request),
			action: actionOf(request, form),
			method: request.method ?? "",
			path: request.url ?? "",
			at: new Date(),
		};
		if (ours) call.input = JSON.parse(body?.toString() || "{}");
		else if (form) call.input = Object.fromEntries(form);
		calls.push(call);
		const fault = orders.decide(call);
		if (fault) call.fault = fault;
		if (fault === "reset-before") {
			request.socket.resetAndDestroy();
			return;
		}
		if (fault && fault !== "reset-after") {
			// The body is read to its end, or the connection could not be used again.
			request.resume();
			answerFault(response, fault, protocol);
			return;
		}
		if (ours) {
			const answer = await inTurn(() => answerTo(call, target, request.headers.authorization));
			if (fault) request.socket.resetAndDestroy();
			else response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" }).end(answer.text);
			return;
		}
		const answer = await forward(emulator, request, body);
		if (!fault) return relay(answer, response);
		await buffer(answer);
		request.socket.resetAndDestroy();
	}

	async function answerTo({ action, input }: Call, target: string, authorization: string | undefined) {
		const ask: Ask = async (action, input) => {
			const answer = await askEmulator(emulator, `${MANAGED_FLINK}${action}`, authorization, input);
			if (answer.status < 400) return answer.body;
			throw new Refusal(String(answer.body.__type), String(answer.body.message ?? target));
		};
		const named = input as Record<string, unknown> & { ApplicationName: string };
		try {
			const answer = await act(plane, action, named, { ask, steps, snapshotFails });
			return { status: 200, text: JSON.stringify(answer) };
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			return { status: 400, text: JSON.stringify({ __type: error.name, message: error.message }) };
		}
	}

	const server = createServer((request, response) => {
		serve(request, response).catch((error) => {
			// What broke on the way to the emulator breaks here; a mistake of the stand-in's own is to be seen.
			if (!(error instanceof Error && "code" in error)) console.error(error);
			request.socket.destroy();
		});
	});
	// Node would close a connection that rests, just when a client may be sending on it.
	server.keepAliveTimeout = 0;
	server.requestTimeout = 0;
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const close = async () => {
		const closed = new Promise<void>((resolve) => server.close(() => resolve()));
		server.closeAllConnections();
		await closed;
		await last;
	};
	return {
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		runs: plane.runs,
		calls,
		whenStarted: (rule) => plane.rules.push(rule),
		whenCode: (contains, outcome) =>
			plane.rules.push((_, { fileKey, sqlLocation }) =>
				[fileKey, sqlLocation].some((place) => place?.includes(contains)) ? outcome : undefined,
			),
		whenSnapshotted: (fails) => {
			snapshotFails = fails;
		},
		fail: (which, how, options) => orders.add(which, how, options),
		close,
		[Symbol.asyncDispose]: close,
	};
}
