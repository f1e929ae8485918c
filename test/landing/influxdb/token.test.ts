import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emulated } from "../../../infra/emulated.ts";
import { tokenIn } from "../../../landing/influxdb/token.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";

// Against the emulator's Secrets Manager.
let emulator: TestEmulator;
let client: SecretsManagerClient;
let reads = 0;

beforeAll(async () => {
	emulator = await testEmulator();
	client = new SecretsManagerClient({ ...emulated(emulator.endpoint), maxAttempts: 1 });
	client.middlewareStack.add(
		(next, { commandName }) =>
			async (args) => {
				if (commandName === "GetSecretValueCommand") reads++;
				return next(args);
			},
		{ step: "initialize" },
	);
});
afterAll(async () => {
	client.destroy();
	await emulator[Symbol.asyncDispose]();
});

async function secretWith(value: { SecretString: string } | { SecretBinary: Buffer }): Promise<string> {
	const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: `token-${crypto.randomUUID()}`, ...value }));
	return ARN;
}

describe("the token is", () => {
	test.each([
		["the whole text", "abc==", "abc=="],
		["without the line's end that an editor leaves", "abc==\n", "abc=="],
		["what a JSON object calls so", '{"username":"tide","token":"abc=="}', "abc=="],
	])("%s", async (_, text, token) => {
		expect(await tokenIn(await secretWith({ SecretString: text }), client).read()).toBe(token);
	});
});

test("it is read once, and again where that is asked for", async () => {
	const secret = await secretWith({ SecretString: "old" });
	const token = tokenIn(secret, client);
	reads = 0;
	expect([await token.read(), await token.read(), await token.read()]).toEqual(["old", "old", "old"]);
	expect(reads).toBe(1);
	await client.send(new PutSecretValueCommand({ SecretId: secret, SecretString: "new" }));
	expect(await token.read()).toBe("old");
	expect(await token.read(true)).toBe("new");
	expect(await token.read()).toBe("new");
	expect(reads).toBe(2);
});

describe("an error names the secret, and never what is in it", () => {
	test("that is not there", async () => {
		const { read } = tokenIn("no-such-secret", client);
		await expect(read()).rejects.toThrow(
			/^The store's token cannot be read from the secret no-such-secret: .*can't find the specified secret/,
		);
	});

	test.each([
		["an object without a token", '{"password":"s3cret"}'],
		["a token that is no text", '{"token":5,"password":"s3cret"}'],
		["an object that is cut off", '{"token":"s3cret'],
		["nothing but space", "  \n"],
	])("with %s", async (_, text) => {
		const secret = await secretWith({ SecretString: text });
		const error = await tokenIn(secret, client)
			.read()
			.catch((thrown: Error) => thrown);
		expect(String(error)).toContain(`The secret ${secret} holds no token: put the token alone into it`);
		expect(String(error)).not.toContain("s3cret");
	});

	test("with bytes in place of text", async () => {
		const secret = await secretWith({ SecretBinary: Buffer.from([1, 2, 3]) });
		await expect(tokenIn(secret, client).read()).rejects.toThrow(`The secret ${secret} holds no token`);
	});
});
