/** The tables that `tidemark latest` reads: of a stack on this machine, or of the account that the environment names. */
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { stackName } from "../../infra/config.ts";
import { emulated } from "../../infra/emulated.ts";
import { settingsOf } from "../../infra/settings.ts";
import { documentClient } from "../../landing/dynamodb/client.ts";
import { UserError } from "../errors.ts";
import { outputsOf } from "../outputs.ts";
import type { WhereOptions } from "../place-options.ts";
import { findStack } from "../stack.ts";
import { withEmulator } from "../wake.ts";

export interface Tables {
	client: DynamoDBDocumentClient;
	/** The table of latest prices. */
	latest: string;
	/** The table of histories; undefined where the store `dynamodb` is not chosen. */
	history: string | undefined;
}

/**
 * Gives `work` the tables that the options name. A local stack that is not up has its emulator started for it.
 *
 * @throws UserError where there are none
 */
export async function withTables<T>(
	{ aws, run, ...options }: WhereOptions,
	work: (tables: Tables) => Promise<T>,
): Promise<T> {
	if (aws) return using({}, await outputsOf(stackName(settingsOf(options).config, "Landing")), work);
	return withEmulator(await findStack(run), ({ endpoints, outputs }) => using(emulated(endpoints.aws), outputs, work));
}

async function using<T>(
	config: DynamoDBClientConfig,
	{ LatestTable, HistoryTable }: { LatestTable?: string | undefined; HistoryTable?: string | undefined },
	work: (tables: Tables) => Promise<T>,
): Promise<T> {
	if (LatestTable === undefined) {
		throw new UserError("The stack does not say its table of latest prices: deploy it again as it is now");
	}
	const client = documentClient(config);
	try {
		return await work({ client, latest: LatestTable, history: HistoryTable });
	} finally {
		client.destroy();
	}
}
