import { App } from "aws-cdk-lib";
import { readConfig } from "./config.ts";
import { tidemark } from "./stacks.ts";

const app = new App();
tidemark(app, readConfig(app.node.tryGetContext("tidemark"), app.node.tryGetContext("env")));
// As the CDK's own checks of templates, which the same switch turns off, they take seconds that a local start has no use for.
if (process.env.CDK_VALIDATION !== "false") {
	const { addChecks } = await import("./nag/checks.ts");
	addChecks(app);
}
