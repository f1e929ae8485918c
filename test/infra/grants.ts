/** Who may do what, in words, as the templates of the stacks have it. */
import type { IConstruct } from "constructs";
import { reasonFor } from "../../infra/wildcards.ts";
import type { Templates } from "./synthesis.ts";

type Properties = Record<string, unknown>;
type Resource = { Type: string; Properties: Properties };
interface Statement {
	Effect: string;
	Action: string | string[];
	Resource?: unknown;
	Principal?: unknown;
	Condition?: unknown;
}

/** One right: who, what, on what, and why a `*` is in it. */
export interface Grant {
	stack: string;
	who: string;
	actions: string[];
	on: string[];
	/** Each `*` of it as cdk-nag calls it, with its reason. */
	wildcards: { found: string; reason: string | undefined }[];
}

/** All rights that policies of identities give. */
export function grantsOf(templates: Templates, constructs: Map<string, IConstruct>): Grant[] {
	return Object.entries(templates).flatMap(([stack, template]) => {
		const resources = template.toJSON().Resources as Record<string, Resource>;
		return Object.entries(resources).flatMap(([id, { Type, Properties }]) => {
			if (!["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].includes(Type)) return [];
			const construct = constructs.get(`${stack} ${id}`);
			return statementsOf(Properties).map((statement) => {
				const on = [statement.Resource].flat().map(said);
				const actions = [statement.Action].flat();
				const found = [
					...actions.filter((action) => action.includes("*")).map((action) => `Action::${action}`),
					...[statement.Resource]
						.flat()
						.map(flat)
						.filter((resource) => resource.includes("*"))
						.map((resource) => `Resource::${resource}`),
				];
				const wildcards = found.map((each) => ({ found: each, reason: construct && reasonFor(construct, each) }));
				return { stack, who: whoOf(Properties, resources, templates), actions, on, wildcards };
			});
		});
	});
}

/** What a template says that somebody else may do: services, other accounts, anybody. Denials are what makes TLS the only way. */
export function openings(templates: Templates): string[] {
	return Object.entries(templates).flatMap(([stack, template]) =>
		Object.entries(template.toJSON().Resources as Record<string, Resource>).flatMap(([id, { Type, Properties }]) => {
			if (Type === "AWS::Lambda::Permission") {
				const { Action, Principal, SourceArn } = Properties;
				return [
					`${stack}: ${said(Principal)} may ${Action} on ${said(Properties.FunctionName)}, from ${said(SourceArn)}`,
				];
			}
			const document =
				Properties?.AssumeRolePolicyDocument ??
				(Type.endsWith("Policy") || Type === "AWS::KMS::Key"
					? (Properties?.PolicyDocument ?? Properties?.KeyPolicy)
					: undefined);
			if (document === undefined || /IAM::(Managed)?Policy$/.test(Type)) return [];
			return statementsOf({ PolicyDocument: document }).map(
				({ Effect, Action, Principal, Condition }) =>
					`${stack}: ${nameOf(id)}: ${principalOf(Principal)} ${Effect === "Deny" ? "may not" : "may"} ${[Action].flat().join(", ")}${Condition === undefined ? "" : `, if ${said(JSON.stringify(readable(Condition)))}`}`,
			);
		}),
	);
}

/** The document that is reviewed. */
export function grantsText(title: string, grants: Grant[], opened: string[]): string {
	const lines = [`# ${title}`, "", "Made by test/infra/grants.test.ts of the templates. Each line is a right.", ""];
	for (const [who, own] of Map.groupBy(grants, (grant) => `${grant.who} (${grant.stack})`)) {
		lines.push(`## ${who}`, "");
		for (const { actions, on, wildcards } of own) {
			lines.push(`- may ${verbs(actions)} ${on.join(" and ")}: \`${actions.join("` `")}\``);
			for (const reason of new Set(wildcards.map(({ reason }) => reason ?? "NO REASON")))
				lines.push(`  - \`*\`: ${reason}`);
		}
		lines.push("");
	}
	lines.push("## Others, by policies of resources", "", ...[...new Set(opened)].map((line) => `- ${line}`), "");
	return lines.join("\n");
}

function statementsOf(properties: Properties): Statement[] {
	return (properties.PolicyDocument as { Statement: Statement[] }).Statement;
}

/** The policy's name if it is for people, else what its role is for. */
function whoOf(policy: Properties, resources: Record<string, Resource>, templates: Templates): string {
	if (policy.ManagedPolicyName !== undefined) return `Whoever has the policy ${said(policy.ManagedPolicyName)}`;
	const [reference] = policy.Roles as unknown[];
	const [stack, id] = roleOf(reference);
	const all = stack === undefined ? resources : resourcesOf(stack, templates);
	const role = all[id]?.Properties;
	const lambda = Object.values(all).find(
		({ Type, Properties }) =>
			Type === "AWS::Lambda::Function" && JSON.stringify(Properties.Role ?? "").includes(`"${id}"`),
	);
	if (lambda) return `The function ${said(lambda.Properties.FunctionName)}`;
	return role?.Description ? `${nameOf(id)}: ${said(role.Description)}` : nameOf(id);
}

function roleOf(reference: unknown): [stack: string | undefined, id: string] {
	const { Ref, "Fn::ImportValue": imported } = reference as { Ref?: string; "Fn::ImportValue"?: string };
	const [, stack, id] = /^(\w+):ExportsOutputRef(\w+)[0-9A-F]{8}$/.exec(imported ?? "") ?? [];
	return [stack, id ?? Ref ?? ""];
}

function resourcesOf(stack: string, templates: Templates): Record<string, Resource> {
	const [, template] = Object.entries(templates).find(([name]) => stack.toLowerCase().endsWith(name)) ?? [];
	return template?.toJSON().Resources ?? {};
}

const verb = (action: string): string => {
	const name = action.split(":")[1] ?? "";
	if (/^(Get|List|Describe|BatchGet|Query|Scan|Receive|Subscribe|Select|ConditionCheck|Filter|BatchCheck)/.test(name))
		return "read";
	if (/^(Delete|Abort|Stop)/.test(name)) return "delete";
	if (/^(AssumeRole|PassRole)/.test(name)) return "become";
	return "write";
};

/** "read and write", by what the actions are called. */
function verbs(actions: string[]): string {
	return [...new Set(actions.map(verb))].sort().reverse().join(" and ");
}

function principalOf(principal: unknown): string {
	if (principal === "*") return "anybody";
	const [value] = Object.values((principal ?? {}) as Record<string, unknown>);
	return value === "*" ? "anybody" : [value].flat().map(said).join(", ");
}

/** A reference of CloudFormation as text that has no hash in it. */
export function said(value: unknown): string {
	const text = typeof value === "string" ? value : flat(value);
	return text
		.replace(/[0-9a-f]{64}\.(\w+)/g, "HASH.$1")
		.replace(/(\w+):ExportsOutput(?:Ref|FnGetAtt)(\w+)/g, (_, stack, id) => `${stack}.${nameOf(id)}`)
		.replace(/<([\w:]+)(\.\w+)?>/g, (_, id: string, attribute = "") => `<${nameOf(id)}${attribute}>`)
		.replaceAll("AWS::", "");
}

/** Logical ids end in hashes, and an export's in two. */
function nameOf(id: string): string {
	return id
		.replace(/(Arn|QueueName|GroupId)?[0-9A-F]{8}$/, "")
		.replace(/[0-9A-F]{8}$/, "")
		.replace(/[0-9A-F]{8}(?=Arn)/, "");
}

/** As cdk-nag writes a reference. */
export function flat(value: unknown): string {
	if (value === undefined) return "nowhere in particular";
	if (typeof value === "string") return value.replaceAll("${", "<").replaceAll("}", ">");
	const { Ref, ...rest } = value as Record<string, unknown>;
	if (Ref !== undefined) return `<${Ref}>`;
	const join = rest["Fn::Join"] as [string, unknown[]] | undefined;
	if (join) return join[1].map(flat).join(join[0]);
	const attribute = rest["Fn::GetAtt"] as [string, string] | undefined;
	if (attribute) return `<${attribute[0]}.${attribute[1]}>`;
	return flat(rest["Fn::Sub"] ?? rest["Fn::ImportValue"] ?? JSON.stringify(value));
}

function readable(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	const keys = Object.keys(value);
	if (keys.length === 1 && /^(Ref|Fn::)/.test(keys[0] ?? "")) return said(value);
	return Array.isArray(value)
		? value.map(readable)
		: Object.fromEntries(Object.entries(value).map(([key, each]) => [key, readable(each)]));
}
