import { ArnFormat, CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { CfnWorkspace } from "aws-cdk-lib/aws-grafana";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { AthenaStack } from "./athena.ts";
import { type Config, storesOf } from "./config.ts";
import type { LakeStack } from "./lake.ts";
import { explainWildcards } from "./wildcards.ts";

export type GrafanaProps = StackProps & { config: Config; lake: LakeStack; athena: AthenaStack; topic: Topic };

/**
 * A workspace of Amazon Managed Grafana. Its role may read what the dashboards of grafana/ show and tell the topic of alerts;
 * `tidemark grafana push` brings them in.
 */
export class GrafanaStack extends Stack {
	constructor(scope: Construct, id: string, props: GrafanaProps) {
		super(scope, id, props);
		const { config, lake, athena, topic } = props;
		const role = new Role(this, "Role", {
			assumedBy: new ServicePrincipal("grafana.amazonaws.com", {
				conditions: {
					StringEquals: { "aws:SourceAccount": this.account },
					StringLike: { "aws:SourceArn": this.formatArn({ service: "grafana", resource: "/workspaces/*" }) },
				},
			}),
			description: "What Grafana may do: read metrics, the lake and its answers, tell of alerts",
		});
		// CloudWatch knows no resources for these questions.
		allow(role, ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], ["*"]);
		explainWildcards(
			[role],
			[/^Resource::\*$/, "CloudWatch's metrics and Timestream's DescribeEndpoints are questions without a resource"],
		);
		lake.grantReading(role);
		athena.grantQueries(role);
		topic.grantPublish(role);
		if (storesOf(config).includes("live-analytics")) this.allowLiveAnalytics(role, config.prefix);

		const workspace = new CfnWorkspace(this, "Workspace", {
			name: config.prefix,
			description: "Tidemark's dashboards",
			accountAccessType: "CURRENT_ACCOUNT",
			authenticationProviders: [config.managedGrafana?.signIn ?? "AWS_SSO"],
			permissionType: "CUSTOMER_MANAGED",
			roleArn: role.roleArn,
			// Athena's and Timestream's data sources are plugins.
			pluginAdminEnabled: true,
			...(config.managedGrafana?.version === undefined ? {} : { grafanaVersion: config.managedGrafana.version }),
		});
		// The workspace is made with the role, and asked for what it may do when the first data source is.
		workspace.node.addDependency(role);
		new CfnOutput(this, "GrafanaUrl", { value: `https://${workspace.attrEndpoint}` });
	}

	private allowLiveAnalytics(role: Role, database: string): void {
		const table = this.formatArn({
			service: "timestream",
			resource: "database",
			resourceName: `${database}/table/bars`,
			arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
		});
		allow(role, ["timestream:Select"], [table]);
		// Where to ask is asked for first; AWS knows no resource for this question.
		allow(role, ["timestream:DescribeEndpoints"], ["*"]);
	}
}

function allow(role: Role, actions: string[], resources: string[]): void {
	role.addToPolicy(new PolicyStatement({ actions, resources }));
}
