import { type App, Tags } from "aws-cdk-lib";
import { AlertingStack } from "./alerting.ts";
import { ApplicationStack } from "./application.ts";
import { AthenaStack } from "./athena.ts";
import { ComputeStack } from "./compute.ts";
import type { Config } from "./config.ts";
import { GrafanaStack } from "./grafana.ts";
import { IngestStack } from "./ingest.ts";
import { LakeStack } from "./lake.ts";
import { LandingStack } from "./landing.ts";
import { OperationsStack } from "./operations.ts";
import { ProducerStack } from "./producer.ts";

/** Adds Tidemark's stacks to `app`, in the order in which the data flows, and returns them. */
export function tidemark(app: App, config: Config) {
	const ingest = new IngestStack(app, "TidemarkIngest", { config });
	const producer =
		config.producer === "none"
			? {}
			: { producer: new ProducerStack(app, "TidemarkProducer", { config, streams: ingest.streams }) };
	const lake = new LakeStack(app, "TidemarkLake", { config });
	// An emulator's Athena reads no Iceberg tables: there `tidemark athena` runs the same queries itself.
	const athena = config.endpoints.aws ? {} : { athena: new AthenaStack(app, "TidemarkAthena", { config, lake }) };
	const compute = new ComputeStack(app, "TidemarkCompute", { config, streams: ingest.streams, lake });
	const application = new ApplicationStack(app, "TidemarkApplication", {
		config,
		streams: ingest.streams,
		lake,
		compute,
	});
	const landing = new LandingStack(app, "TidemarkLanding", { config, streams: ingest.streams });
	const alerting = new AlertingStack(app, "TidemarkAlerting", {
		config,
		streams: ingest.streams,
		latest: landing.latest,
	});
	// An emulator has no alarms that anybody would hear.
	const operations = config.endpoints.aws
		? {}
		: {
				operations: new OperationsStack(app, "TidemarkOperations", {
					config,
					streams: ingest.streams,
					stacks: [landing, alerting],
				}),
			};
	const grafana =
		config.managedGrafana && athena.athena
			? {
					grafana: new GrafanaStack(app, "TidemarkGrafana", {
						config,
						lake,
						athena: athena.athena,
						topic: alerting.topic,
					}),
				}
			: {};
	Tags.of(app).add("application", config.prefix);
	return { ingest, ...producer, lake, ...athena, compute, application, landing, alerting, ...operations, ...grafana };
}
