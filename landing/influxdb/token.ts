import { SecretsProvider } from "@aws-lambda-powertools/parameters/secrets";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { messageOf } from "../records.ts";

/** Where the token of a store is kept. */
export type TokenSource = {
	/** The secret's name or ARN, for messages. */
	secret: string;
	/**
	 * The token: read once while the function is warm, and with `again` once more.
	 *
	 * @throws an error that names the secret where it cannot be read, or holds no token
	 */
	read: (again?: boolean) => Promise<string>;
};

/** Seconds for which a token is kept: longer than a function stays warm. What has changed before is seen by a 401. */
const kept = 86_400;

/** The token in a secret of Secrets Manager: its whole text, or `token` where the text is a JSON object. */
export function tokenIn(secret: string, client: SecretsManagerClient): TokenSource {
	const provider = new SecretsProvider({ awsSdkV3Client: client });
	return {
		secret,
		read: async (again = false) => {
			let value: unknown;
			try {
				value = await provider.get(secret, { maxAge: kept, forceFetch: again });
			} catch (cause) {
				throw new Error(`The store's token cannot be read from the secret ${secret}: ${messageOf(cause)}`, { cause });
			}
			const token = typeof value === "string" ? tokenOf(value.trim()) : "";
			if (token) return token;
			throw new Error(
				`The secret ${secret} holds no token: put the token alone into it, or a JSON object such as {"token": "…"}.`,
			);
		},
	};
}

/** What is no JSON is the token itself. The text is a secret, so that no error may carry it. */
function tokenOf(text: string): string {
	if (!text.startsWith("{")) return text;
	try {
		const { token } = JSON.parse(text) as { token?: unknown };
		return typeof token === "string" ? token.trim() : "";
	} catch {
		return "";
	}
}
