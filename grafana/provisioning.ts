/** The files that Grafana reads when it starts: data sources, where the dashboards are, the contact point, alert rules. */
import type { Rule, RuleGroup } from "@grafana/grafana-foundation-sdk/alerting";
import { contactPoint, folder, ruleGroups } from "./alerts.ts";
import { sourcesOf } from "./sources.ts";
import type { Store } from "./stores.ts";

/** The contact point as Grafana's HTTP API wants it. Grafana signs with the credentials that it has. */
export function snsContactPoint(store: Store) {
	const settings = { topic_arn: "$TIDEMARK_ALERTS_TOPIC_ARN", sigv4: { region: "$AWS_REGION" } };
	// The stack on this machine has an SNS of its own.
	const here = store === "questdb" ? { api_url: "$TIDEMARK_SNS_URL" } : {};
	return { ...contactPoint, type: "sns", settings: { ...settings, ...here }, disableResolveMessage: false };
}

/** Where the compose file mounts grafana/generated/dashboards. */
export const dashboardsDir = "/etc/tidemark/dashboards";

/** The files of a store, by their path below grafana/generated/provisioning/STORE; each is to be written as YAML. */
export function provisioning(store: Store): Record<string, object> {
	return {
		"datasources/tidemark.yaml": {
			apiVersion: 1,
			datasources: sourcesOf(store).map((source) => ({ ...source, orgId: 1, editable: false })),
		},
		"dashboards/tidemark.yaml": { apiVersion: 1, providers: groupsOf(store).map(provider) },
		"alerting/tidemark.yaml": {
			apiVersion: 1,
			contactPoints: [contactPointFile(store)],
			groups: ruleGroups(store).map(groupFile),
		},
	};
}

/** The folders of dashboards that a Grafana for this store shows. */
export function groupsOf(store: Store): (Store | "aws")[] {
	return store === "questdb" ? [store] : [store, "aws"];
}

function provider(group: string) {
	return {
		name: `tidemark-${group}`,
		orgId: 1,
		folder: folder.title,
		folderUid: folder.uid,
		type: "file",
		disableDeletion: false,
		allowUiUpdates: false,
		options: { path: `${dashboardsDir}/${group}` },
	};
}

function contactPointFile(store: Store) {
	const { name, ...receiver } = snsContactPoint(store);
	return { orgId: 1, name, receivers: [receiver] };
}

/** A group as the files have it: its folder by title, its interval as a duration. */
function groupFile({ title, interval = 60, rules = [] }: RuleGroup) {
	return { orgId: 1, name: title, folder: folder.title, interval: `${interval}s`, rules: rules.map(ruleFile) };
}

/** The files say in fields of their own which panel a rule belongs to; annotations of its states come from the same names below. */
function ruleFile({ orgID: _, folderUID: __, ruleGroup: ___, ...rule }: Rule) {
	const { __dashboardUid__: dashboardUid, __panelId__: panelId } = rule.annotations ?? {};
	return { ...rule, dashboardUid, panelId: Number(panelId) };
}
