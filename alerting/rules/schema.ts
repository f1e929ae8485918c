/** The shape of rules.yaml. What the shape cannot say (expressions, templates, names) is checked by load.ts. */
import { z } from "zod";
import { parseDuration } from "../duration.ts";
import { CALENDARS } from "../hours/hours.ts";

/** YAML reads a plain 0 as a number. */
const Duration = z.union([
	z
		.string()
		.superRefine((text, context) => {
			try {
				parseDuration(text);
			} catch (error) {
				context.addIssue((error as Error).message);
			}
		})
		.meta({ pattern: "^(0|(\\d+(\\.\\d+)?[smhd])+)$", examples: ["30s", "10m", "1h30m", "2d"] }),
	z.literal(0).transform(() => "0"),
]);
const Expression = z.string().min(1).max(500);
const Text = z.string().min(1).max(4_000);
const Patterns = z
	.union([z.string().min(1), z.array(z.string().min(1)).min(1)])
	.describe("Symbols: a name, or a pattern with *, or a list of them; !X leaves X out again.");
const Name = z
	.string()
	.regex(/^[a-z][a-z0-9-]{0,39}$/, "must be lower case letters, digits and dashes, 40 at most, such as fast-move");

export const Severity = z.enum(["info", "warning", "critical"]);
export const Hours = z.enum(["regular", "extended", "always"]);
const Values = z
	.record(z.string().regex(/^[a-z][a-z0-9_]*$/i, "must be a name of letters, digits and _"), z.number())
	.describe("Named numbers for the expressions and texts.");

/** What a rule may say differently for some symbols. */
const changeable = {
	when: Expression.optional().describe("The condition under which it fires."),
	clear: Expression.optional().describe("The condition that ends it; left out, it ends when `when` no longer holds."),
	critical_when: Expression.optional().describe("Where this holds as it fires, the severity is critical."),
	for: Duration.optional().describe("How long `when` must hold, in event time; bars only."),
	cooldown: Duration.optional().describe(
		"How long after a notification the next one of the same rule and symbol waits, in event time.",
	),
	severity: Severity.optional(),
	hours: Hours.optional().describe("When it is told, by the calendar of the symbol's exchange."),
	values: Values.optional(),
};

export const RuleSchema = z.strictObject({
	name: Name,
	on: z
		.string()
		.regex(/^(hit|quiet|pipeline|[1-9]\d*[smhd])$/, "must be hit, an interval of bars such as 1m, quiet or pipeline")
		.describe(
			"hit, bars of an interval (1m, 5m, 1h, 1d), quiet (symbols without trades) or pipeline (no results at all).",
		),
	...changeable,
	when: Expression.describe("The condition under which it fires."),
	symbols: Patterns.optional(),
	overrides: z.array(z.strictObject({ symbols: Patterns, ...changeable })).optional(),
	group: Duration.optional().describe("Alerts within this time of the first go out as one message."),
	max_age: Duration.optional().describe("What is older than this is not told."),
	subject: Text.describe("The point, in Liquid; under 100 characters."),
	message: Text.describe("What and how much, in Liquid."),
	direction: z
		.enum(["up", "down"])
		.optional()
		.describe("The alert's direction, where the rule says it better than the record's own move."),
	resolved: z.boolean().optional().describe("Whether its end is told too."),
	resolved_subject: Text.optional(),
	resolved_message: Text.optional(),
	enabled: z.boolean().optional().describe("false: the rule rests."),
});

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 22:00, in quotes");
const Mute = z.strictObject({
	days: z
		.array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]))
		.min(1)
		.optional(),
	from: Clock.optional(),
	to: Clock.optional().describe("Not included; earlier than `from`, it is on the next day."),
	time_zone: z.string().refine(isTimeZone, "must be a time zone's IANA name, such as Europe/Berlin"),
	rules: z.array(Name).min(1).optional(),
	symbols: Patterns.optional(),
	severity: z.array(Severity).min(1).optional(),
	reason: z.string().optional(),
});

const Filter = z
	.record(z.enum(["symbol", "rule", "severity", "direction", "state", "kind"]), z.array(z.string()).min(1))
	.or(z.record(z.string(), z.array(z.unknown()).min(1)))
	.describe("By attribute, the values that pass; in the form of SNS' filter policies.");
const target = (shape: z.ZodRawShape) => z.strictObject({ ...shape, filter: Filter.optional() });
const Subscription = z.union([
	target({ email: z.email() }),
	target({ sms: z.string().regex(/^\+[1-9]\d{6,14}$/, "must be a number with its country, such as +4915112345678") }),
	target({ https: z.url({ protocol: /^https$/ }) }),
	target({ sqs: z.string().regex(/^arn:[^:]+:sqs:[^:]+:\d{12}:[\w.-]+$/, "must be a queue's ARN") }),
]);

/** The whole file. */
export const RulesFile = z.strictObject({
	defaults: z
		.strictObject({
			severity: Severity.default("warning"),
			hours: Hours.default("always"),
			cooldown: Duration.default("10m"),
			group: Duration.default("10s"),
			max_age: Duration.default("15m"),
			resolved: z.boolean().default(false),
		})
		.prefault({}),
	storm: z
		.strictObject({ more_than: z.int().min(1).max(100).default(15), within: Duration.default("3m") })
		.prefault({}),
	link: Text.optional().describe("Where each message links to, in Liquid."),
	exchanges: z
		.array(
			z.strictObject({
				symbols: z.array(z.string().min(1)).min(1),
				calendar: z.enum(CALENDARS as readonly [string, ...string[]]),
			}),
		)
		.default([]),
	rules: z.array(RuleSchema),
	mute: z.array(Mute).default([]),
	subscriptions: z.array(Subscription).default([]),
});

export type RulesFile = z.infer<typeof RulesFile>;
export type RuleEntry = z.infer<typeof RuleSchema>;
export type MuteEntry = z.infer<typeof Mute>;
export type SubscriptionEntry = z.infer<typeof Subscription>;

function isTimeZone(name: string): boolean {
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		return true;
	} catch {
		return false;
	}
}
