/** Configurations that several tests look at. */
import type { Overrides } from "../../infra/config.ts";

export const operators = ["market-data@example.com"];

/** The environments as they are deployed: with the operators that a team has to name. */
export const deployed = { dev: {}, prod: { operators } } satisfies Record<string, Overrides>;

/** All the stacks, and all the stores, beside one another. */
export const everything: Overrides = {
	operators,
	stores: ["influxdb", "live-analytics", "dynamodb"],
	historyTicks: true,
	alertsQueue: true,
	managedGrafana: {},
	producer: "fargate",
	github: { repository: "example/tidemark" },
};
