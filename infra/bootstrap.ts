import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { HeadObjectCommand, NotFound, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import { emulated } from "./emulated.ts";

const toolkit = "CDKToolkit";

const AssetFiles = z.object({
	files: z.record(
		z.string(),
		z.object({
			source: z.object({ path: z.string(), packaging: z.string() }),
			destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
		}),
	),
});

/**
 * Does the slow parts of `cdk bootstrap` and `cdk deploy` in the emulator's own time: makes the CDK's bootstrap stack from
 * the template that the CLI carries (the CLI asks every 5 s whether it is there), and uploads the large files in one
 * request each (the CLI cuts a jar into parts). `cdk deploy` finds both done.
 */
export async function bootstrap(options: {
	client: CloudFormationClient;
	endpoint: string;
	assembly: string;
	signal?: AbortSignal;
}): Promise<void> {
	const { client, endpoint, assembly, signal } = options;
	const bucket = await toolkitBucket(client, signal);
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
	try {
		for (const { path, key } of await fileAssets(assembly)) {
			if (await exists(s3, bucket, key)) continue;
			const body = { Body: createReadStream(path), ContentLength: (await stat(path)).size };
			await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, ...body }), signal ? { abortSignal: signal } : {});
		}
	} finally {
		s3.destroy();
	}
}

/** The name of the bucket that the CDK keeps assets in, after making the bootstrap stack where it is missing. */
async function toolkitBucket(client: CloudFormationClient, signal?: AbortSignal): Promise<string> {
	for (;;) {
		signal?.throwIfAborted();
		const stack = await client.send(new DescribeStacksCommand({ StackName: toolkit })).catch((error: Error) => {
			if (error.name === "ValidationError") return undefined;
			throw error;
		});
		const { StackStatus: status, StackStatusReason: reason, Outputs: outputs = [] } = stack?.Stacks?.[0] ?? {};
		if (status === undefined) {
			await client.send(
				new CreateStackCommand({
					StackName: toolkit,
					TemplateBody: await bootstrapTemplate(),
					Capabilities: ["CAPABILITY_NAMED_IAM"],
				}),
			);
		} else if (status.endsWith("_IN_PROGRESS")) {
			await sleep(50, undefined, signal ? { signal } : {});
		} else {
			const bucket = outputs.find(({ OutputKey }) => OutputKey === "BucketName")?.OutputValue;
			if (bucket && /^(CREATE|UPDATE)_COMPLETE$/.test(status)) return bucket;
			throw new Error(
				`The CDK's bootstrap stack ${toolkit} is in state ${status} (${reason ?? "no reason given"}). Remove the emulator's state with "npm run clean".`,
			);
		}
	}
}

async function bootstrapTemplate(): Promise<string> {
	const cli = dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json"));
	return readFile(join(cli, "lib/api/bootstrap/bootstrap-template.yaml"), "utf8");
}

/** The assembly's assets that are files as they are; folders are zipped and uploaded by the CLI. */
async function fileAssets(assembly: string): Promise<{ path: string; key: string }[]> {
	const manifests = (await readdir(assembly)).filter((file) => file.endsWith(".assets.json"));
	const assets = await Promise.all(
		manifests.map(async (file) => AssetFiles.parse(JSON.parse(await readFile(join(assembly, file), "utf8")))),
	);
	return assets
		.flatMap(({ files }) => Object.values(files))
		.filter(({ source }) => source.packaging === "file" && !source.path.endsWith(".template.json"))
		.flatMap(({ source, destinations }) =>
			Object.values(destinations).map(({ objectKey }) => ({ path: join(assembly, source.path), key: objectKey })),
		);
}

async function exists(s3: S3Client, bucket: string, key: string): Promise<boolean> {
	try {
		await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
		return true;
	} catch (error) {
		if (error instanceof NotFound) return false;
		throw error;
	}
}
