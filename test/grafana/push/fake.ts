/**
 * A Grafana as far as its HTTP API is used here, with the shapes and answers of its documentation: it takes nothing that it
 * does not know, wants a token, and keeps what it is given.
 */
import { z } from "zod";
import { answering } from "../../support/http.ts";
import { Dashboard, Rule } from "../schema.ts";

const text = z.string().min(1);

const Folder = z.strictObject({ uid: text, title: text });
const DataSource = z.strictObject({
	name: text,
	uid: text,
	type: text,
	access: z.literal("proxy"),
	url: text.optional(),
	jsonData: z.record(z.string(), z.unknown()),
	secureJsonData: z.record(z.string(), text).optional(),
});
const ContactPoint = z.strictObject({
	uid: text,
	name: text,
	type: z.literal("sns"),
	settings: z.strictObject({
		topic_arn: z.string().startsWith("arn:"),
		sigv4: z.strictObject({ region: text }),
		api_url: z.url().optional(),
	}),
	disableResolveMessage: z.boolean(),
});
const Saved = z.strictObject({
	dashboard: Dashboard.extend({ id: z.null() }),
	folderUid: text,
	overwrite: z.literal(true),
	message: text,
});
const RuleGroup = z.strictObject({
	title: text,
	folderUid: text,
	interval: z.int().positive(),
	rules: z.array(Rule.extend({ orgID: z.literal(1), folderUID: text, ruleGroup: text })).min(1),
});

export type FakeGrafana = {
	url: string;
	/** `GET /path`, in their order. */
	asked: string[];
	folders: Map<string, unknown>;
	dataSources: Map<string, z.infer<typeof DataSource> & { readOnly?: boolean }>;
	dashboards: Map<string, z.infer<typeof Saved>>;
	contactPoints: Map<string, z.infer<typeof ContactPoint>>;
	ruleGroups: Map<string, z.infer<typeof RuleGroup>>;
};

export const token = "glsa_test";

/** Starts one; it is there until the test is over. */
export async function fakeGrafana(): Promise<FakeGrafana> {
	const grafana: FakeGrafana = {
		...{ url: "", asked: [], folders: new Map(), dataSources: new Map(), dashboards: new Map() },
		...{ contactPoints: new Map(), ruleGroups: new Map() },
	};
	grafana.url = await answering((request, response, body) => {
		const end = (status: number, content: unknown) =>
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
		const asked = `${request.method} ${request.url}`;
		grafana.asked.push(asked);
		if (request.headers.authorization !== `Bearer ${token}`) return end(401, { message: "Invalid API key" });
		try {
			const route = routes.find(([pattern]) => pattern.test(asked));
			if (!route) return end(404, { message: "Not found" });
			const [status, content] = route[1](
				grafana,
				body ? JSON.parse(body) : undefined,
				asked.match(route[0])?.[1] ?? "",
			);
			return end(status, content);
		} catch (error) {
			return end(400, { message: `bad request data: ${error instanceof z.ZodError ? z.prettifyError(error) : error}` });
		}
	});
	return grafana;
}

type Route = (grafana: FakeGrafana, body: unknown, uid: string) => [status: number, content: unknown];

const found = (value: unknown): [number, unknown] =>
	value === undefined ? [404, { message: "Not found" }] : [200, value];

const routes: [RegExp, Route][] = [
	[/^GET \/api\/folders\/([\w-]+)$/, ({ folders }, _, uid) => found(folders.get(uid))],
	[
		/^POST \/api\/folders$/,
		({ folders }, body) => {
			const folder = Folder.parse(body);
			if (folders.has(folder.uid)) return [409, { message: "a folder with the same uid already exists" }];
			folders.set(folder.uid, folder);
			return [200, folder];
		},
	],
	[/^GET \/api\/datasources\/uid\/([\w-]+)$/, ({ dataSources }, _, uid) => found(dataSources.get(uid))],
	[
		/^POST \/api\/datasources$/,
		({ dataSources }, body) => {
			const source = DataSource.parse(body);
			if (dataSources.has(source.uid)) return [409, { message: "data source with the same uid already exists" }];
			dataSources.set(source.uid, source);
			return [200, { message: "Datasource added" }];
		},
	],
	[
		/^PUT \/api\/datasources\/uid\/([\w-]+)$/,
		({ dataSources }, body, uid) => {
			const before = dataSources.get(uid);
			if (!before) return [404, { message: "Data source not found" }];
			if (before.readOnly) return [403, { message: "Cannot update read-only data source" }];
			dataSources.set(uid, DataSource.parse(body));
			return [200, { message: "Datasource updated" }];
		},
	],
	[
		/^POST \/api\/dashboards\/db$/,
		({ dashboards, folders }, body) => {
			const saved = Saved.parse(body);
			if (!folders.has(saved.folderUid)) return [400, { message: "folder not found" }];
			dashboards.set(saved.dashboard.uid, saved);
			return [200, { status: "success", uid: saved.dashboard.uid, url: `/d/${saved.dashboard.uid}/x`, version: 1 }];
		},
	],
	[/^GET \/api\/v1\/provisioning\/contact-points$/, ({ contactPoints }) => [200, [...contactPoints.values()]]],
	[
		/^POST \/api\/v1\/provisioning\/contact-points$/,
		({ contactPoints }, body) => {
			const point = ContactPoint.parse(body);
			contactPoints.set(point.uid, point);
			return [202, point];
		},
	],
	[
		/^PUT \/api\/v1\/provisioning\/contact-points\/([\w-]+)$/,
		({ contactPoints }, body, uid) => {
			if (!contactPoints.has(uid)) return [404, { message: "contact point not found" }];
			contactPoints.set(uid, ContactPoint.parse(body));
			return [202, { message: "contact point updated" }];
		},
	],
	[
		/^PUT \/api\/v1\/provisioning\/folder\/tidemark\/rule-groups\/([\w-]+)$/,
		({ ruleGroups, contactPoints }, body, title) => {
			const group = RuleGroup.parse(body);
			const receivers = group.rules.map(({ notification_settings: { receiver } }) => receiver);
			const known = [...contactPoints.values()].map(({ name }) => name);
			if (!receivers.every((name) => known.includes(name))) return [400, { message: "receiver does not exist" }];
			if (group.title !== title || group.rules.some(({ ruleGroup }) => ruleGroup !== title))
				return [400, { message: "the group's title is another one" }];
			ruleGroups.set(title, group);
			return [200, group];
		},
	],
];
