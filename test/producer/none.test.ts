import { expect, test } from "vitest";
import { openFeed, publish } from "../../producer/index.ts";
import { FakeKinesis } from "./support.ts";

test("no feed gives nothing and sends no clock until it is stopped, then ends", async () => {
	const [kinesis, stop] = [new FakeKinesis(2), new AbortController()];
	const result = publish(await openFeed({ kind: "none" }), {
		stream: "trades",
		client: kinesis.client,
		signal: stop.signal,
	});
	const first = await Promise.race([result, new Promise((resolve) => setTimeout(resolve, 1500, "waiting"))]);
	expect(first).toBe("waiting");
	stop.abort();
	expect(await result).toMatchObject({ read: 0, sent: 0, clocks: 0 });
	expect(kinesis.requests).toEqual([]);
});
