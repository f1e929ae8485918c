import type { IncomingMessage } from "node:http";

/** How a service writes its requests and its errors. */
export type Protocol = "json" | "query" | "s3" | "cbor" | "rest-json";

/** One request through the stand-in. */
export type Call = {
	/** Its place among all calls since the stand-in began, from 1. */
	number: number;
	/** The service's signing name: `kinesisanalytics`, `s3`, `kinesis`, `sts`, `cloudformation`, … */
	service: string;
	/** The operation, such as `UpdateApplication` or `PutObject`. */
	action: string;
	method: string;
	path: string;
	at: Date;
	/** The input of actions of Managed Flink, and of those that come as a form (STS, CloudFormation). */
	input?: Record<string, unknown>;
	/** What the stand-in did to it, if it was told to. */
	fault?: Fault;
};

/**
 * What goes wrong with a call: the connection breaks before the emulator sees the request; the emulator does it and the answer
 * is lost; or the service answers that the credentials have expired, that it is throttled, or that it failed itself.
 */
export type Fault = "reset-before" | "reset-after" | "expired" | "throttled" | "internal";

export const MANAGED_FLINK = "KinesisAnalytics_20180523.";

export function protocolOf(request: IncomingMessage): Protocol {
	if (request.headers["x-amz-target"]) return "json";
	if (request.headers["smithy-protocol"] === "rpc-v2-cbor") return "cbor";
	if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return "query";
	return serviceOf(request) === "s3" ? "s3" : "rest-json";
}

/** From the signature's scope, in the header or, of a presigned URL, in the query; what is not signed is S3's. */
export function serviceOf(request: IncomingMessage): string {
	const scope = request.headers.authorization ?? decodeURIComponent(request.url ?? "");
	return /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(scope)?.[1] ?? "s3";
}

/** @param form the body of a request that comes as a form */
export function actionOf(request: IncomingMessage, form?: URLSearchParams): string {
	const target = request.headers["x-amz-target"];
	if (typeof target === "string") return target.slice(target.lastIndexOf(".") + 1);
	const method = request.method ?? "GET";
	const url = new URL(request.url ?? "/", "http://stand-in");
	const named = form?.get("Action") ?? url.searchParams.get("x-id") ?? /\/operation\/(\w+)$/.exec(url.pathname)?.[1];
	if (named) return named;
	if (serviceOf(request) !== "s3") return `${method} ${url.pathname}`;
	if (url.searchParams.has("list-type")) return "ListObjectsV2";
	const on = /^\/[^/]+\/./.test(url.pathname) ? "Object" : "Bucket";
	const [sub] = [...url.searchParams.keys()].filter((name) => !/^X-Amz-/i.test(name));
	const verb = { GET: "Get", HEAD: "Head", DELETE: "Delete", POST: "Post", PUT: on === "Object" ? "Put" : "Create" }[
		method
	];
	return `${verb ?? method}${on}${sub ? `?${sub}` : ""}`;
}
