import { App } from "aws-cdk-lib";
import { readConfig } from "./config.ts";
import { tidemark } from "./stacks.ts";

const app = new App();
tidemark(app, readConfig(app.node.tryGetContext("tidemark"), app.node.tryGetContext("env")));
