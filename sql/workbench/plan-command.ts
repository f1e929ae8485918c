import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { UserError } from "../../local/errors.ts";
import { sqlOption } from "./options.ts";
import { parsePlan } from "./plan/plan.ts";
import { shapeOf } from "./plan/shape.ts";
import { offlineProperties } from "./properties.ts";
import { withWorkbench } from "./with-workbench.ts";

const NOTES = `
Printed are the operators that keep state, in the order of the flow, with those that feed them. With --json it is the plan
as Flink compiled it, with placeholders filled for work that reaches nothing: to be looked at, not to be run.`;

/** `tidemark sql plan`: the compiled plan of the whole job. */
export function planCommand(): Command {
	return new Command("plan")
		.description("compile the whole job, offline, and show the operators that keep state")
		.addOption(sqlOption())
		.option("--json", "print the compiled plan's JSON instead")
		.option("--out <file>", "write the compiled plan's JSON into a file")
		.addHelpText("after", NOTES)
		.action(async ({ sql, json = false, out }: { sql: string; json?: boolean; out?: string }) => {
			const { plan = "" } = await withWorkbench((workbench) =>
				workbench.compile({ sql, properties: offlineProperties(sql), plan: true, describe: false }),
			);
			const text = plan.trimEnd();
			if (out !== undefined) write(out, `${text}\n`);
			process.stdout.write(`${json ? text : shapeOf(parsePlan(plan, sql))}\n`);
		});
}

function write(file: string, text: string): void {
	try {
		writeFileSync(file, text);
	} catch (cause) {
		throw new UserError(`--out ${file} cannot be written: name a file in a directory that is there`, { cause });
	}
}
