export const emulatedCredentials = { accessKeyId: "test", secretAccessKey: "test" };
export const emulatedRegion = "us-east-1";

/** The options of an SDK client that talks to the emulator at `endpoint` and never to AWS. */
export function emulated(endpoint: string) {
	return { endpoint, region: emulatedRegion, credentials: emulatedCredentials };
}

/** The same for a program that reads its settings from the environment. */
export function emulatedEnvironment(endpoint: string): Record<string, string> {
	return {
		AWS_ENDPOINT_URL: endpoint,
		AWS_ENDPOINT_URL_S3: endpoint,
		AWS_ACCESS_KEY_ID: emulatedCredentials.accessKeyId,
		AWS_SECRET_ACCESS_KEY: emulatedCredentials.secretAccessKey,
		AWS_REGION: emulatedRegion,
		AWS_DEFAULT_REGION: emulatedRegion,
	};
}
