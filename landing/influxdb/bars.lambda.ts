import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { Bar } from "../../contracts.ts";
import { streamConsumer } from "../consumer.ts";
import { landingFunction } from "../function.ts";
import { lineStore } from "./store.ts";
import { tokenIn } from "./token.ts";
import { barWriter } from "./writer.ts";

const { settings, consumer } = landingFunction({
	STORE_URL: z.url(),
	STORE_BUCKET: z.string(),
	STORE_ORG: z.string(),
	/** The name or ARN of the secret that holds the store's token; without it none is sent. */
	STORE_SECRET: z.string().optional(),
});
const store = lineStore({
	url: settings.STORE_URL,
	bucket: settings.STORE_BUCKET,
	org: settings.STORE_ORG,
	token: settings.STORE_SECRET ? tokenIn(settings.STORE_SECRET, new SecretsManagerClient()) : undefined,
});

/** The stream `bars` into a store of line protocol. */
export const handler = streamConsumer({ schema: Bar, handle: barWriter(store), ...consumer });
