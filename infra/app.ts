import { App } from "aws-cdk-lib";
import { readConfig } from "./config.ts";
import { tidemark } from "./stacks.ts";

const app = new App();
tidemark(app, readConfig(app.node.tryGetContext("tidemark"), app.node.tryGetContext("env")));
// They take seconds, which a local start has no use for: it sets this to false.
if (app.node.tryGetContext("nag") === true) {
	const { addChecks } = await import("./nag/checks.ts");
	addChecks(app);
}
