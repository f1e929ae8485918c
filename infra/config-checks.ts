/** What of the settings cannot be said of one of them alone, or by its type. */
import { isLoopback } from "./loopback.ts";

/** The options that say where to send; the stack knows better. */
const ofTheStack = ["--stream", "--endpoint", "--region", "--lateness", "--health", "--spool"];

/** What the stores need of one another's settings. */
export function checkStores(
	given: {
		endpoints: { store?: string | undefined };
		storeSecret?: string | undefined;
	},
	{ addIssue }: { addIssue: (issue: { code: "custom"; path: string[]; message: string }) => void },
): void {
	const { endpoints, storeSecret } = given;
	if (storeSecret !== undefined && endpoints.store === undefined) {
		const message = "is for a store of your own, at endpoints.store: one that the stacks make has a secret of its own";
		addIssue({ code: "custom", path: ["storeSecret"], message });
	}
	const address = URL.parse(endpoints.store ?? "");
	if (storeSecret && address?.protocol === "http:" && !isLoopback(address.hostname)) {
		addIssue({
			code: "custom",
			path: ["endpoints", "store"],
			message: "is not encrypted, and everybody on the way could read the token: use https, or leave out storeSecret",
		});
	}
}

/** What of a feed's words can be told to be wrong without reading them as a command line, which infra/fargate.ts does. */
export function checkFeed(words: readonly string[], { addIssue }: { addIssue: (message: string) => void }): void {
	if (!["yahoo", "synthetic"].includes(words[0] ?? "")) {
		addIssue("must begin with yahoo or synthetic: the container has no file to replay");
	}
	if (words.some((word) => (words[0] === "yahoo" ? /^--history\b/ : /^--count\b/).test(word))) {
		addIssue("must be without end: the container would begin anew for ever (past bars are for producer: lambda)");
	}
	for (const word of words) {
		const option = word.split("=")[0] ?? word;
		if (ofTheStack.includes(option)) addIssue(`has ${option}, which the stack sets itself`);
		if (/:\/\/[^/]*@/.test(word)) addIssue("has a password in a URL: everybody who may see the stack could read it");
	}
}
