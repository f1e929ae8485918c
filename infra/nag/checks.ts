import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, type IApplyRule, rules } from "cdk-nag";
import { reasonFor } from "../wildcards.ts";
import { FlinkChecks } from "./flink.ts";

/** The rules of AWS Solutions, which find a `*` in somebody's rights only where nothing says why it is there. */
export class SolutionsChecks extends AwsSolutionsChecks {
	protected override applyRule(params: IApplyRule): void {
		if (params.rule !== rules.iam.IAMNoWildcardPermissions) {
			super.applyRule(params);
			return;
		}
		super.applyRule({
			...params,
			rule: (node) => {
				const result = params.rule(node);
				return Array.isArray(result) ? result.filter((found) => reasonFor(node, found) === undefined) : result;
			},
		});
	}
}

/** Has the stacks checked when they are synthesized: by the rules of AWS Solutions, and by Tidemark's for Flink. */
export function addChecks(app: App): void {
	Validations.of(app).addPlugins(new SolutionsChecks(app), new FlinkChecks());
}
