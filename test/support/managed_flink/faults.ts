import type { ServerResponse } from "node:http";
import type { Call, Fault, Protocol } from "./call.ts";

/** Which call goes wrong: the nth from now (1 is the next), or the first that the predicate picks. */
export type Which = number | ((call: Call) => boolean);

/** A fault that was ordered. */
export type Order = Disposable & {
	/** The calls that went wrong because of it. */
	hits: Call[];
	/** Takes it back; `using` does it too. */
	lift: () => void;
};

/** The faults that a test has ordered, and the decision on each call. */
export function faultOrders() {
	type Open = { order: Order; which: Which; how: Fault; always: boolean; seen: number };
	const open = new Set<Open>();
	return {
		/** @param always also every later call: all from the nth, or all that the predicate picks */
		add(which: Which, how: Fault, { always = false } = {}): Order {
			const lift = () => {
				open.delete(entry);
			};
			const order = { hits: [], lift, [Symbol.dispose]: lift };
			const entry: Open = { which, how, always, seen: 0, order };
			open.add(entry);
			return entry.order;
		},
		decide(call: Call): Fault | undefined {
			let decided: Fault | undefined;
			for (const entry of open) {
				entry.seen++;
				const { which, always } = entry;
				const picked = typeof which === "number" ? (always ? entry.seen >= which : entry.seen === which) : which(call);
				if (!picked || decided) continue;
				decided = entry.how;
				entry.order.hits.push(call);
				if (!always) open.delete(entry);
			}
			return decided;
		},
	};
}

type Answer = { status: number; code: string; message: string };

/**
 * What services answer. JSON and query: "Common Errors" of each API reference (ExpiredTokenException and ExpiredToken,
 * ThrottlingException and Throttling, InternalFailure); S3: "Error responses" of its API reference (ExpiredToken, SlowDown,
 * InternalError).
 */
function answerFor(fault: Fault, protocol: Protocol): Answer {
	const expired = "The security token included in the request is expired";
	if (protocol === "s3") {
		if (fault === "expired") return { status: 400, code: "ExpiredToken", message: "The provided token has expired." };
		if (fault === "throttled") return { status: 503, code: "SlowDown", message: "Please reduce your request rate." };
		return { status: 500, code: "InternalError", message: "We encountered an internal error. Please try again." };
	}
	const query = protocol === "query";
	if (fault === "expired") {
		return { status: query ? 403 : 400, code: query ? "ExpiredToken" : "ExpiredTokenException", message: expired };
	}
	if (fault === "throttled") {
		return { status: 400, code: query ? "Throttling" : "ThrottlingException", message: "Rate exceeded" };
	}
	return {
		status: 500,
		code: "InternalFailure",
		message: "The request processing has failed because of an unknown error.",
	};
}

/** Answers as the service would whose call it is. */
export function answerFault(response: ServerResponse, fault: Fault, protocol: Protocol): void {
	const { status, code, message } = answerFor(fault, protocol);
	const id = crypto.randomUUID();
	if (protocol === "json" || protocol === "rest-json") {
		response.writeHead(status, { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code });
		response.end(JSON.stringify({ __type: code, message }));
	} else if (protocol === "cbor") {
		response.writeHead(status, { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" });
		response.end(Buffer.concat([Buffer.from([0xa2]), ...["__type", code, "message", message].map(cborText)]));
	} else {
		const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message>`;
		response.writeHead(status, { "content-type": "text/xml" });
		response.end(
			protocol === "s3"
				? `<?xml version="1.0" encoding="UTF-8"?>${error.replace("<Type>Sender</Type>", "")}<RequestId>${id}</RequestId></Error>`
				: `<ErrorResponse>${error}</Error><RequestId>${id}</RequestId></ErrorResponse>`,
		);
	}
}

/** A text of less than 256 bytes. */
function cborText(text: string): Buffer {
	const bytes = Buffer.from(text);
	return Buffer.concat([Buffer.from([0x78, bytes.length]), bytes]);
}
