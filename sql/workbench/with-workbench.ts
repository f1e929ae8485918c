import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { planner } from "./planner.ts";
import { type Planner, startWorkbench } from "./workbench.ts";

/** Has a planner for some work, making the tools first if they are missing, and ends its JVM after the work. */
export async function withWorkbench<T>(work: (workbench: Planner) => Promise<T>): Promise<T> {
	const { java } = await setUp(startProgress());
	const workbench = planner(() => startWorkbench({ java }));
	try {
		return await work(workbench);
	} finally {
		await workbench.stop();
	}
}
