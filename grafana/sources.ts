import { dataSources, type Source, type Store } from "./stores.ts";

/** A data source as Grafana's files and its HTTP API have it in common. `$NAME` is a variable of the environment. */
export interface DataSource {
	name: string;
	uid: string;
	type: string;
	access: "proxy";
	url?: string;
	jsonData: Record<string, unknown>;
	secureJsonData?: Record<string, string>;
}

/** AWS' credentials are those that Grafana itself has: a role, or its environment. */
const aws = { authType: "default", defaultRegion: "$AWS_REGION" };

const settings: Record<Source, Omit<DataSource, "uid" | "type" | "access">> = {
	questdb: {
		name: "Tidemark QuestDB",
		jsonData: {
			server: "$TIDEMARK_QUESTDB_HOST",
			port: 8812,
			username: "user",
			tlsMode: "disable",
			maxOpenConnections: 10,
			maxIdleConnections: 2,
			maxConnectionLifetime: 14_400,
		},
		secureJsonData: { password: "$TIDEMARK_QUESTDB_PASSWORD" },
	},
	influxdb: {
		name: "Tidemark InfluxDB",
		url: "$TIDEMARK_INFLUXDB_URL",
		jsonData: { version: "InfluxQL", httpMode: "GET", dbName: "tidemark", httpHeaderName1: "Authorization" },
		secureJsonData: { httpHeaderValue1: "Token $TIDEMARK_INFLUXDB_TOKEN" },
	},
	"live-analytics": {
		name: "Tidemark LiveAnalytics",
		jsonData: { ...aws, defaultDatabase: "tidemark", defaultTable: "bars" },
	},
	athena: {
		name: "Tidemark Athena",
		jsonData: { ...aws, catalog: "AwsDataCatalog", database: "tidemark", workgroup: "tidemark" },
	},
	cloudwatch: { name: "Tidemark CloudWatch", jsonData: { ...aws, customMetricsNamespaces: "tidemark" } },
};

/** The data sources that the dashboards and alert rules of a store ask. */
export function sourcesOf(store: Store): DataSource[] {
	const names: Source[] = store === "questdb" ? [store] : [...new Set<Source>([store, "athena", "cloudwatch"])];
	return names.map((name) => ({ ...settings[name], ...dataSources[name], access: "proxy" }));
}
