import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { root } from "../../local/paths.ts";

interface Report {
	pluginReports: {
		violations?: unknown[];
		suppressedViolations?: { acknowledgedAt: string; acknowledgedId: string }[];
	}[];
}

const cdk = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");

async function synth(dir: string, context: object) {
	const options = ["synth", "--quiet", "--strict", "--no-notices", "--output", join(dir, "cdk.out")];
	return execa(process.execPath, [cdk, ...options, "--context", `tidemark=${JSON.stringify(context)}`], {
		cwd: root,
		env: { CDK_HOME: dir, CDK_DISABLE_CLI_TELEMETRY: "true" },
		all: true,
		reject: false,
	});
}

// Each with all the stacks that are there without a producer.
test.each(["fargate", "lambda"])(
	"cdk synth is clean for AWS: no warning, and no complaint of the CDK's template checks; producer: %s",
	async (producer) => {
		const dir = await mkdtemp(join(tmpdir(), "tidemark-synth-"));
		try {
			const runnerJar = join(dir, "stand-in.jar");
			await writeFile(runnerJar, "stands in for the runner's jar");
			const good = await synth(dir, {
				runnerJar,
				endpoints: { store: "https://store.example:8086" },
				stores: ["influxdb", "live-analytics", "dynamodb"],
				storeSecret: "store-token",
				alertsQueue: true,
				managedGrafana: { version: "12.4" },
				producer,
			});
			expect(good.all).not.toMatch(/warning|error/i);
			expect(good.exitCode).toBe(0);
			expect(await readdir(join(dir, "cdk.out"))).toContain("TidemarkGrafana.template.json");
			const report = JSON.parse(await readFile(join(dir, "cdk.out/validation-report.json"), "utf8")) as Report;
			expect(report.pluginReports.flatMap(({ violations = [] }) => violations)).toEqual([]);
			// That Timestream for LiveAnalytics takes no new customers is known to whoever chooses it.
			const suppressed = report.pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);
			expect(
				suppressed.map(({ acknowledgedAt, acknowledgedId }) => `${acknowledgedAt} ${acknowledgedId}`).sort(),
			).toEqual([
				"TidemarkLanding/LiveAnalyticsBars CloudFormation-Validate::W3697",
				"TidemarkLanding/LiveAnalyticsDatabase CloudFormation-Validate::W3697",
			]);
		} finally {
			await rm(dir, { recursive: true, force: true });
		}
	},
	// The CDK's checks take their time on a machine that is busy.
	180_000,
);

test("a mistake in the settings is said", async () => {
	const dir = await mkdtemp(join(tmpdir(), "tidemark-synth-"));
	try {
		const runnerJar = join(dir, "stand-in.jar");
		await writeFile(runnerJar, "stands in for the runner's jar");
		const wrong = await synth(dir, { runnerJar, shard: 4 });
		expect(wrong.exitCode).not.toBe(0);
		expect(wrong.all).toContain('Unrecognized key: "shard"');
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
});
