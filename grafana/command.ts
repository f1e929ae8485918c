import { Command, InvalidArgumentError, Option } from "commander";
import { type Store, stores } from "./stores.ts";

interface Options {
	url: string;
	token: string;
	store: Store;
	alerts: boolean;
}

const NOTES = `
Addresses and tokens of the data sources come from the environment: AWS_REGION, TIDEMARK_ALERTS_TOPIC_ARN,
TIDEMARK_INFLUXDB_URL and TIDEMARK_INFLUXDB_TOKEN, TIDEMARK_QUESTDB_HOST, TIDEMARK_QUESTDB_PASSWORD and TIDEMARK_SNS_URL.
What is in Grafana already may be left out. docs/grafana.md says which store needs which.`;

/** `tidemark grafana`: dashboards, data sources and alert rules into a Grafana. */
export function grafanaCommand(): Command {
	const pushing = new Command("push")
		.description("bring dashboards, data sources and alert rules into any Grafana from 11 on, or up to date there")
		.addOption(new Option("--url <address>", "where Grafana is").env("GRAFANA_URL").makeOptionMandatory())
		.addOption(
			new Option(
				"--token <token>",
				"of a service account with the role Admin; GRAFANA_TOKEN keeps it out of the history",
			)
				.env("GRAFANA_TOKEN")
				.argParser(oneLine)
				.makeOptionMandatory(),
		)
		.addOption(new Option("--store <name>", "the store that has the bars").choices(stores).default("influxdb"))
		.option("--no-alerts", "leave contact point and alert rules out")
		.addHelpText("after", NOTES)
		.action(async ({ url, token, store, alerts }: Options) => {
			// Loaded only when it is wanted, as the SDK takes its time.
			const { grafanaAt } = await import("./push/client.ts");
			const { push } = await import("./push/push.ts");
			const say = (line: string) => process.stdout.write(`${line}\n`);
			await push(grafanaAt(url, token), { store, alerts, environment: process.env, say });
		});
	return new Command("grafana").description("dashboards, data sources and alert rules for Grafana").addCommand(pushing);
}

/** The token itself is in no message. */
function oneLine(token: string): string {
	const trimmed = token.trim();
	if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
	throw new InvalidArgumentError("It has a space or another character that no token has.");
}
