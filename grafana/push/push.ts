import { UserError } from "../../local/errors.ts";
import { contactPoint, folder, ruleGroups } from "../alerts.ts";
import { dashboards } from "../dashboards.ts";
import { groupsOf, snsContactPoint } from "../provisioning.ts";
import { type DataSource, sourcesOf } from "../sources.ts";
import type { Store } from "../stores.ts";
import type { Grafana } from "./client.ts";
import { type Environment, fillIn } from "./environment.ts";

export interface PushOptions {
	store: Store;
	/** Whether the contact point and the alert rules go, too. */
	alerts: boolean;
	/** Where the data sources' addresses and tokens come from. */
	environment: Environment;
	/** Told what was done, a line each. */
	say: (line: string) => void;
}

/** Something that is in Grafana or is to come there, with what it needs of the environment. */
interface Wanted {
	what: string;
	exists: boolean;
	missing: string[];
	/** Undefined where Grafana's own files say what it is, and the API may not. */
	write: (() => Promise<unknown>) | undefined;
}

/**
 * Brings folder, data sources, dashboards, contact point and alert rules of a store into a Grafana, or up to date there. What
 * the environment has no values for stays as it is in Grafana.
 *
 * @throws UserError before anything is written, if it is not in Grafana either; and with Grafana's words where it refuses
 */
export async function push(grafana: Grafana, { store, alerts, environment, say }: PushOptions): Promise<void> {
	const wanted = await Promise.all(sourcesOf(store).map((source) => wantedSource(grafana, source, environment)));
	if (alerts) wanted.push(await wantedContactPoint(grafana, store, environment));
	const lacking = wanted.filter(({ exists, missing }) => !exists && missing.length > 0);
	if (lacking.length > 0) {
		const lines = lacking.map(({ what, missing }) => `${what} needs ${missing.join(", ")}`);
		throw new UserError(
			`Nothing was pushed, as the environment lacks what Grafana does not know yet (docs/grafana.md):\n${lines.join("\n")}`,
		);
	}
	if ((await grafana.get(`/api/folders/${folder.uid}`)) === undefined) {
		await grafana.send("POST", "/api/folders", folder);
		say(`folder ${folder.title}: made`);
	}
	for (const { what, exists, missing, write } of wanted) {
		if (!write || missing.length > 0) {
			say(`${what}: left as it is, ${write ? `without ${missing.join(", ")}` : "as Grafana's own files have it"}`);
			continue;
		}
		await write();
		say(`${what}: ${exists ? "updated" : "made"}`);
	}
	await pushDashboards(grafana, store, say);
	if (alerts) await pushRules(grafana, store, say);
}

async function wantedSource(grafana: Grafana, source: DataSource, environment: Environment): Promise<Wanted> {
	const path = `/api/datasources/uid/${source.uid}`;
	const found = (await grafana.get(path)) as { readOnly?: boolean } | undefined;
	const { filled, missing } = fillIn(source, environment);
	const what = `data source ${source.name}`;
	if (found?.readOnly) return { what, exists: true, missing: [], write: undefined };
	const write = () => (found ? grafana.send("PUT", path, filled) : grafana.send("POST", "/api/datasources", filled));
	return { what, exists: found !== undefined, missing, write };
}

async function wantedContactPoint(grafana: Grafana, store: Store, environment: Environment): Promise<Wanted> {
	const path = "/api/v1/provisioning/contact-points";
	const all = ((await grafana.get(path)) ?? []) as { uid: string }[];
	const exists = all.some(({ uid }) => uid === contactPoint.uid);
	const { filled, missing } = fillIn(snsContactPoint(store), environment);
	return {
		what: `contact point ${contactPoint.name}`,
		exists,
		missing,
		write: () =>
			exists ? grafana.send("PUT", `${path}/${contactPoint.uid}`, filled) : grafana.send("POST", path, filled),
	};
}

async function pushDashboards(grafana: Grafana, store: Store, say: (line: string) => void): Promise<void> {
	for (const group of groupsOf(store))
		for (const dashboard of Object.values(dashboards(group))) {
			// Without an id the uid says which one it is.
			const body = {
				dashboard: { ...dashboard, id: null },
				folderUid: folder.uid,
				overwrite: true,
				message: "tidemark grafana push",
			};
			const { url } = (await grafana.send("POST", "/api/dashboards/db", body)) as { url?: string };
			say(`dashboard ${dashboard.title}: ${new URL(url ?? "", `${grafana.url}/`)}`);
		}
}

async function pushRules(grafana: Grafana, store: Store, say: (line: string) => void): Promise<void> {
	for (const group of ruleGroups(store)) {
		await grafana.send("PUT", `/api/v1/provisioning/folder/${folder.uid}/rule-groups/${group.title}`, group);
		for (const { title } of group.rules ?? []) say(`alert rule ${title}`);
	}
}
