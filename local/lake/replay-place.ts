import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { readConfig, type Store, stackName } from "../../infra/config.ts";
import { emulated } from "../../infra/emulated.ts";
import { settingsOf } from "../../infra/settings.ts";
import { documentClient } from "../../landing/dynamodb/client.ts";
import { tokenIn } from "../../landing/influxdb/token.ts";
import { UserError } from "../errors.ts";
import { type Lake, openLake, openLakeOnAws } from "../lake.ts";
import { outputsOf } from "../outputs.ts";
import type { WhereOptions } from "../place-options.ts";
import type { Progress } from "../progress.ts";
import { startQuestDb } from "../questdb.ts";
import { setUp } from "../setup.ts";
import { answers, findStack, type Stack } from "../stack.ts";
import { withEmulator } from "../wake.ts";
import { histories, lines, liveAnalytics, type ReplayStore } from "./replay-store.ts";

export interface PlaceOptions extends WhereOptions {
	to: Store;
	store?: string;
	overwrite?: boolean;
}

/** A lake, and the store that is to be filled from it. */
export interface Place {
	lake: Lake;
	store: ReplayStore;
}

/**
 * Gives `work` the lake and the store that the options name: of a stack on this machine, whose parts are woken where they
 * sleep, or of an account.
 *
 * @throws UserError where there are none
 */
export async function withPlace<T>(
	options: PlaceOptions,
	progress: Progress,
	work: (place: Place) => Promise<T>,
): Promise<T> {
	const { java } = await setUp(progress);
	if (options.aws) return onAws(options, work);
	const stack = await findStack(options.run);
	return withEmulator(stack, (awake) => here(options, stack, awake, java, work));
}

async function here<T>(
	{ to, store: url, overwrite = false }: PlaceOptions,
	stack: Stack,
	awake: Stack,
	java: string,
	work: (place: Place) => Promise<T>,
): Promise<T> {
	if (to === "live-analytics")
		throw new UserError("There is no Timestream for LiveAnalytics on this machine: add --aws, or choose another store");
	const lake = await openLake(awake);
	const { questdb } = stack.endpoints;
	try {
		if (to === "dynamodb") {
			if (stack.outputs.HistoryTable === undefined)
				throw new UserError("The stack keeps no histories: start it with npm start -- --keep-history");
			const client = documentClient(emulated(awake.endpoints.aws));
			try {
				return await work({ lake, store: histories(client, stack.outputs.HistoryTable, readConfig().historyDays) });
			} finally {
				client.destroy();
			}
		}
		const sleeps = url === undefined && !(await answers(`${questdb}/exec?query=SELECT%201`));
		const woken = sleeps ? await startQuestDb(stack.dir, Number(new URL(questdb).port), java) : undefined;
		try {
			const { storeBucket: bucket, storeOrg: org } = readConfig();
			return await work({ lake, store: lines({ url: url ?? questdb, bucket, org }, { overwrite }) });
		} finally {
			await woken?.stop();
		}
	} finally {
		lake.close();
	}
}

async function onAws<T>(
	{ to, store: url, overwrite = false, ...options }: PlaceOptions,
	work: (place: Place) => Promise<T>,
): Promise<T> {
	const { config } = settingsOf(options);
	const { LakeDatabase } = await outputsOf(stackName(config, "Lake"));
	if (!LakeDatabase)
		throw new UserError("The stack of the lake does not say its database: deploy it again as it is now");
	const clients: { destroy: () => void }[] = [];
	const kept = <C extends { destroy: () => void }>(client: C): C => {
		clients.push(client);
		return client;
	};
	const lake = await openLakeOnAws(LakeDatabase);
	try {
		if (to === "influxdb") {
			const address = url ?? config.endpoints.store;
			if (address === undefined)
				throw new UserError(
					"Where is the store? Give its address with --store, or set endpoints.store in infra/config.ts",
				);
			const { storeBucket: bucket, storeOrg: org, storeSecret } = config;
			const token = storeSecret === undefined ? undefined : tokenIn(storeSecret, kept(new SecretsManagerClient()));
			return await work({ lake, store: lines({ url: address, bucket, org, token }, { overwrite }) });
		}
		const { HistoryTable, LiveAnalyticsTable } = await outputsOf(stackName(config, "Landing"));
		const missing = `The stack of landing has no such store: deploy it with ${to} among the stores`;
		if (to === "dynamodb") {
			if (!HistoryTable) throw new UserError(missing);
			return await work({ lake, store: histories(kept(documentClient()), HistoryTable, config.historyDays) });
		}
		if (!LiveAnalyticsTable) throw new UserError(missing);
		const client = kept(new TimestreamWriteClient({ maxAttempts: 5 }));
		return await work({ lake, store: liveAnalytics(client, { database: config.prefix, table: "bars" }) });
	} finally {
		lake.close();
		for (const client of clients) client.destroy();
	}
}
