import { App, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SolutionsChecks } from "../../../infra/nag/checks.ts";
import { FlinkChecks } from "../../../infra/nag/flink.ts";
import { explainWildcards } from "../../../infra/wildcards.ts";
import { tempDir } from "../../local/support.ts";
import { deployed, everything } from "../configurations.ts";
import { synthesis } from "../synthesis.ts";

const { begin, end, appOf } = synthesis();
const configurations = [
	["dev", deployed.dev, "dev"],
	["prod", deployed.prod, "prod"],
	["everything", everything, "prod"],
	[
		"everything, with a store and a function that collects",
		{ ...everything, endpoints: { store: "https://store.example" }, storeSecret: "token", producer: "lambda" },
		"dev",
	],
] as const;
beforeAll(() => {
	begin();
	for (const [, overrides, environment] of configurations) appOf(overrides, environment);
}, 600_000);
afterAll(end);

const violations = (pack: SolutionsChecks | FlinkChecks, scope: App) =>
	pack
		.validateScope(scope)
		.violations.flatMap(({ ruleName, violatingResources }) =>
			violatingResources.map(({ constructPath }) => `${constructPath} ${ruleName}`),
		);

describe.each(configurations)("%s", (_, overrides, environment) => {
	test("breaks no rule of AWS Solutions without a reason", () => {
		const app = appOf(overrides, environment);
		expect(violations(new SolutionsChecks(app), app)).toEqual([]);
	});

	test("breaks no rule for Flink", () => {
		expect(violations(new FlinkChecks(), appOf(overrides, environment))).toEqual([]);
	});
});

describe("a * in a right", () => {
	const found = (explain: (role: Role) => void) => {
		const app = new App({ outdir: tempDir() });
		const role = new Role(new Stack(app, "Stack"), "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
		role.addToPolicy(
			new PolicyStatement({
				actions: ["s3:GetObject"],
				resources: ["arn:aws:s3:::mine/lake/*", "arn:aws:s3:::mine/other/*"],
			}),
		);
		explain(role);
		return violations(new SolutionsChecks(app), app);
	};
	const finding = (folder: string) =>
		`Stack/Role/DefaultPolicy/Resource AwsSolutions-IAM5[Resource::arn:aws:s3:::mine/${folder}/*]`;

	test("is found where nothing says why", () => {
		expect(found(() => {})).toEqual([finding("lake"), finding("other")]);
	});

	test("is not where something does, and a reason is for what it names only", () => {
		expect(found((role) => explainWildcards([role], [/\/lake\/\*$/, "Iceberg names them"]))).toEqual([
			finding("other"),
		]);
	});

	test("of one role is not explained by what is said of another", () => {
		const other = new Role(new Stack(new App({ outdir: tempDir() }), "Other"), "Role", {
			assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
		});
		expect(found(() => explainWildcards([other], [/\*$/, "All"]))).toEqual([finding("lake"), finding("other")]);
	});
});
