import { Construct, type IConstruct } from "constructs";

/** What is found, as `Action::xray:*` or `Resource::<Bucket83908E77.Arn>/lake/*`, and why it is so. */
type Reason = readonly [found: RegExp, why: string];

const written = new WeakMap<IConstruct, Reason[]>();

/**
 * Writes down why rights of somebody have a `*` in them. One without a reason fails the checks of infra/nag.
 *
 * @param grantees a role or a policy; what is no construct has no policy here, and is passed over
 */
export function explainWildcards(grantees: readonly unknown[], ...reasons: Reason[]): void {
	for (const grantee of grantees) {
		if (Construct.isConstruct(grantee)) written.set(grantee, [...(written.get(grantee) ?? []), ...reasons]);
	}
}

/** The reason that was written down for what was found in a construct's policies, if there is one. */
export function reasonFor(construct: IConstruct, found: string): string | undefined {
	const reasons = construct.node.scopes.flatMap((scope) => written.get(scope) ?? []);
	return reasons.find(([pattern]) => pattern.test(found))?.[1];
}
