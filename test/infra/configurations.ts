/** Configurations that several tests look at. */
import type { Overrides } from "../../infra/config.ts";

export const operators = ["market-data@example.com"];

/** All the stacks, and all the stores, that can be beside one another. */
export const everything: Overrides = {
	stores: ["influxdb", "live-analytics", "dynamodb"],
	endpoints: { store: "https://store.example:8086" },
	storeSecret: "store-token",
	historyTicks: true,
	alertsQueue: true,
	managedGrafana: {},
	producer: "fargate",
};
