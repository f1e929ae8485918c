import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudFormationClient, CreateStackCommand, Stack } from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bootstrap } from "../../infra/bootstrap.ts";

let assembly: string;
beforeEach(async () => {
	assembly = await mkdtemp(join(tmpdir(), "tidemark-assembly-"));
});
afterEach(async () => rm(assembly, { recursive: true, force: true }));

const complete: Partial<Stack> = {
	StackStatus: "CREATE_COMPLETE",
	Outputs: [{ OutputKey: "BucketName", OutputValue: "assets" }],
};

/** A CloudFormation that describes the bootstrap stack as told, one answer a question; undefined means there is none. */
function fakeCloudFormation(...answers: (Partial<Stack> | undefined)[]) {
	const created: CreateStackCommand[] = [];
	let asked = 0;
	const send = async (command: object) => {
		if (command.constructor.name === "CreateStackCommand") return created.push(command as CreateStackCommand);
		const answer = answers[Math.min(asked++, answers.length - 1)];
		if (answer) return { Stacks: [answer] };
		throw Object.assign(new Error("Stack with id CDKToolkit does not exist"), { name: "ValidationError" });
	};
	return { created, asked: () => asked, client: { send } as unknown as CloudFormationClient };
}

const run = (client: CloudFormationClient, signal?: AbortSignal) =>
	bootstrap({ client, endpoint: "http://127.0.0.1:9", assembly, ...(signal ? { signal } : {}) });

describe("the CDK's bootstrap stack", () => {
	test("is made from the CLI's own template where it is missing, and waited for", async () => {
		const cloudFormation = fakeCloudFormation(undefined, { StackStatus: "CREATE_IN_PROGRESS" }, complete);
		await run(cloudFormation.client);
		expect(cloudFormation.created).toHaveLength(1);
		expect(cloudFormation.created[0]?.input.StackName).toBe("CDKToolkit");
		expect(cloudFormation.created[0]?.input.TemplateBody).toContain("StagingBucket");
		expect(cloudFormation.asked()).toBe(3);
	});

	test("is left alone where it is there", async () => {
		const cloudFormation = fakeCloudFormation(complete);
		await run(cloudFormation.client);
		expect(cloudFormation.created).toEqual([]);
	});

	test.each<[string, Partial<Stack>]>([
		["that failed", { StackStatus: "ROLLBACK_COMPLETE", StackStatusReason: "no room" }],
		["without its bucket", { ...complete, Outputs: [] }],
	])("%s is an error with its state and the remedy", async (_, stack) => {
		const message = new RegExp(`CDKToolkit is in state ${stack.StackStatus}.*npm run clean`);
		await expect(run(fakeCloudFormation(stack).client)).rejects.toThrow(message);
	});

	test("is not waited for after an abort", async () => {
		const { client } = fakeCloudFormation({ StackStatus: "CREATE_IN_PROGRESS" });
		const controller = new AbortController();
		const waiting = run(client, controller.signal);
		setTimeout(() => controller.abort(), 20);
		await expect(waiting).rejects.toThrow(/abort/i);
	});
});

test("an asset manifest that is not one is an error, not a skipped upload", async () => {
	await writeFile(join(assembly, "Stack.assets.json"), '{"version":"1"}');
	await expect(run(fakeCloudFormation(complete).client)).rejects.toThrow(/files/);
});
