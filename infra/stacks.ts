import { type App, Tags } from "aws-cdk-lib";
import { AlertingStack } from "./alerting.ts";
import { ApplicationStack } from "./application.ts";
import { AthenaStack } from "./athena.ts";
import { ComputeStack } from "./compute.ts";
import { type Config, makesStore, type Stage, stackName } from "./config.ts";
import { DeliveryStack } from "./delivery.ts";
import { checkComplete } from "./environments.ts";
import { GrafanaStack } from "./grafana.ts";
import { IngestStack } from "./ingest.ts";
import { LakeStack } from "./lake.ts";
import { LandingStack } from "./landing.ts";
import { OperationsStack } from "./operations.ts";
import { ProducerStack } from "./producer.ts";
import { retainData } from "./retention.ts";
import { StoreStack } from "./store.ts";

/** Adds Tidemark's stacks to `app`, in the order in which the data flows, and returns them. */
export function tidemark(app: App, config: Config) {
	checkComplete(config);
	const named = (stage: Stage) => stackName(config, stage);
	const ingest = new IngestStack(app, named("Ingest"), { config });
	const producer =
		config.producer === "none"
			? {}
			: { producer: new ProducerStack(app, named("Producer"), { config, streams: ingest.streams }) };
	const lake = new LakeStack(app, named("Lake"), { config });
	// An emulator's Athena reads no Iceberg tables: there `tidemark athena` runs the same queries itself.
	const athena = config.endpoints.aws ? {} : { athena: new AthenaStack(app, named("Athena"), { config, lake }) };
	const compute = new ComputeStack(app, named("Compute"), { config, streams: ingest.streams, lake });
	const application = new ApplicationStack(app, named("Application"), {
		config,
		streams: ingest.streams,
		lake,
		compute,
	});
	const store = makesStore(config) ? { store: new StoreStack(app, named("Store"), { config }) } : {};
	const landing = new LandingStack(app, named("Landing"), { config, streams: ingest.streams, store: store.store });
	const alerting = new AlertingStack(app, named("Alerting"), {
		config,
		streams: ingest.streams,
		latest: landing.latest,
	});
	// An emulator has no alarms that anybody would hear.
	const operations = config.endpoints.aws
		? {}
		: {
				operations: new OperationsStack(app, named("Operations"), {
					config,
					streams: ingest.streams,
					stacks: { landing, alerting },
				}),
			};
	const grafana =
		config.managedGrafana && athena.athena
			? {
					grafana: new GrafanaStack(app, named("Grafana"), {
						config,
						lake,
						athena: athena.athena,
						topic: alerting.topic,
					}),
				}
			: {};
	const delivery = config.github
		? {
				delivery: new DeliveryStack(app, named("Delivery"), {
					config,
					github: config.github,
					lake,
					compute,
					streams: ingest.streams,
				}),
			}
		: {};
	Tags.of(app).add("application", config.prefix);
	const stacks = {
		ingest,
		...producer,
		lake,
		...athena,
		compute,
		application,
		...store,
		landing,
		alerting,
		...operations,
		...grafana,
		...delivery,
	};
	if (config.retainData) retainData(app, Object.values(stacks));
	return stacks;
}
