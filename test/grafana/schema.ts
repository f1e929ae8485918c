/** What Grafana 11 and newer read of a dashboard, as far as Tidemark writes it: nothing that is not named here may be in one. */
import { z } from "zod";

const text = z.string().min(1);
const uid = z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/);
const dataSource = z.strictObject({ type: text, uid: text });

/** A query keeps what its plugin wants; each has a letter of its own in its panel, and says whom it asks. */
const target = z.looseObject({ refId: z.string().regex(/^[A-Z]$/), datasource: dataSource });

const fieldConfig = z.strictObject({
	defaults: z.strictObject({
		displayName: text.optional(),
		unit: text,
		noValue: text,
		min: z.number().optional(),
		max: z.number().optional(),
		color: z.strictObject({ mode: text }).optional(),
		custom: z.record(z.string(), z.unknown()).optional(),
	}),
	overrides: z.array(
		z.strictObject({
			matcher: z.strictObject({ id: z.enum(["byName", "byRegexp"]), options: text }),
			properties: z.array(z.strictObject({ id: text, value: z.unknown() })).min(1),
		}),
	),
});

const panel = z.strictObject({
	id: z.int().positive(),
	type: z.enum(["candlestick", "timeseries", "status-history", "table", "stat", "histogram"]),
	title: text,
	description: text,
	transparent: z.literal(false),
	repeatDirection: z.literal("h"),
	datasource: dataSource,
	gridPos: z.strictObject({
		x: z.int().min(0).max(23),
		y: z.int().min(0),
		w: z.int().min(4).max(24),
		h: z.int().min(3).max(24),
	}),
	timeFrom: z
		.string()
		.regex(/^(\d+[smhdwM]|now\/[dwM])$/)
		.optional(),
	targets: z.array(target).min(1),
	options: z.record(z.string(), z.unknown()).optional(),
	fieldConfig,
});

const variable = z.strictObject({
	type: z.enum(["query", "custom", "textbox"]),
	name: z.string().regex(/^[a-z][a-z_]*$/),
	label: text,
	skipUrlSync: z.literal(false),
	multi: z.boolean(),
	includeAll: z.boolean(),
	allowCustomValue: z.boolean(),
	auto: z.literal(false),
	auto_min: text,
	auto_count: z.int(),
	query: z.union([text, z.record(z.string(), z.unknown())]),
	datasource: dataSource.optional(),
	current: z.strictObject({ text: z.union([text, z.array(text)]), value: z.union([text, z.array(text)]) }).optional(),
	refresh: z.union([z.literal(1), z.literal(2)]).optional(),
	sort: z.int().min(0).max(8).optional(),
	regex: z
		.string()
		.regex(/^\/.+\/$/)
		.optional(),
});

const annotation = z.strictObject({
	name: text,
	datasource: dataSource,
	enable: z.boolean(),
	hide: z.boolean().optional(),
	iconColor: text,
	type: text.optional(),
	builtIn: z.literal(1).optional(),
	target: z.looseObject({ refId: text, datasource: dataSource }).optional(),
});

const link = z.strictObject({
	title: text,
	type: z.literal("dashboards"),
	icon: z.string(),
	tooltip: z.string(),
	tags: z.array(text).min(1),
	asDropdown: z.boolean(),
	targetBlank: z.boolean(),
	includeVars: z.boolean(),
	keepTime: z.boolean(),
});

export const Dashboard = z.strictObject({
	uid,
	title: text,
	description: text,
	tags: z.array(text).min(1),
	timezone: z.literal("utc"),
	editable: z.boolean(),
	graphTooltip: z.union([z.literal(0), z.literal(1), z.literal(2)]),
	fiscalYearStartMonth: z.literal(0),
	schemaVersion: z.literal(39),
	time: z.strictObject({ from: z.string().regex(/^now-\d+[smhd]$/), to: z.literal("now") }),
	timepicker: z.strictObject({ refresh_intervals: z.array(z.string().regex(/^\d+[smh]$/)).min(1) }),
	refresh: z.string().regex(/^(\d+[smh])?$/),
	templating: z.strictObject({ list: z.array(variable) }),
	annotations: z.strictObject({ list: z.array(annotation) }),
	links: z.array(link),
	panels: z.array(panel).min(1),
});
export type Dashboard = z.infer<typeof Dashboard>;

const nodes = z.strictObject({
	refId: z.enum(["A", "B", "C"]),
	datasourceUid: text,
	relativeTimeRange: z.strictObject({ from: z.int().min(0), to: z.literal(0) }),
	model: z.looseObject({ refId: z.enum(["A", "B", "C"]) }),
});

/** A rule as the files and the HTTP API have it in common. */
export const Rule = z.strictObject({
	uid,
	title: text,
	condition: z.literal("C"),
	data: z.tuple([nodes, nodes, nodes]),
	for: z.string().regex(/^\d+[smh]$/),
	noDataState: z.enum(["Alerting", "NoData", "OK"]),
	execErrState: z.enum(["OK", "Alerting", "Error"]),
	labels: z.record(z.string(), text),
	annotations: z.strictObject({ summary: text, __dashboardUid__: uid, __panelId__: z.string().regex(/^\d+$/) }),
	notification_settings: z.strictObject({ receiver: text }),
});

const DataSource = z.strictObject({
	name: text,
	uid,
	type: text,
	access: z.literal("proxy"),
	orgId: z.literal(1),
	editable: z.literal(false),
	url: text.optional(),
	jsonData: z.record(z.string(), z.unknown()),
	secureJsonData: z
		.record(z.string(), z.string().regex(/^(Token )?\$[A-Z_]+$/, "has to be of the environment"))
		.optional(),
});

/** The files that Grafana reads at its start. */
export const provisioningFiles = {
	"datasources/tidemark.yaml": z.strictObject({ apiVersion: z.literal(1), datasources: z.array(DataSource).min(1) }),
	"dashboards/tidemark.yaml": z.strictObject({
		apiVersion: z.literal(1),
		providers: z
			.array(
				z.strictObject({
					name: text,
					orgId: z.literal(1),
					folder: text,
					folderUid: uid,
					type: z.literal("file"),
					disableDeletion: z.boolean(),
					allowUiUpdates: z.boolean(),
					options: z.strictObject({ path: z.string().startsWith("/etc/tidemark/dashboards/") }),
				}),
			)
			.min(1),
	}),
	"alerting/tidemark.yaml": z.strictObject({
		apiVersion: z.literal(1),
		contactPoints: z.tuple([
			z.strictObject({
				orgId: z.literal(1),
				name: text,
				receivers: z.tuple([
					z.strictObject({
						uid,
						type: z.literal("sns"),
						settings: z.strictObject({
							topic_arn: z.literal("$TIDEMARK_ALERTS_TOPIC_ARN"),
							sigv4: z.strictObject({ region: z.literal("$AWS_REGION") }),
							api_url: z.literal("$TIDEMARK_SNS_URL").optional(),
						}),
						disableResolveMessage: z.boolean(),
					}),
				]),
			}),
		]),
		groups: z
			.array(
				z.strictObject({
					orgId: z.literal(1),
					name: text,
					folder: text,
					interval: z.string().regex(/^\d+s$/),
					rules: z.array(Rule.extend({ dashboardUid: uid, panelId: z.int().positive() })).min(1),
				}),
			)
			.min(2),
	}),
};
