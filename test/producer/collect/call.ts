import type { LambdaFunctionURLEvent } from "aws-lambda";

/** A call of the function's URL as Lambda hands it over. */
export function get(query: Record<string, string>): LambdaFunctionURLEvent {
	return event("GET", { queryStringParameters: query });
}

export function post(body: unknown, base64 = false): LambdaFunctionURLEvent {
	const text = typeof body === "string" ? body : JSON.stringify(body);
	return event("POST", { body: base64 ? Buffer.from(text).toString("base64") : text, isBase64Encoded: base64 });
}

export function event(method: string, more: Partial<LambdaFunctionURLEvent> = {}): LambdaFunctionURLEvent {
	const http = { method, path: "/", protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" };
	return {
		version: "2.0",
		rawPath: "/",
		rawQueryString: "",
		headers: {},
		isBase64Encoded: false,
		requestContext: { http } as LambdaFunctionURLEvent["requestContext"],
		...more,
	} as LambdaFunctionURLEvent;
}
