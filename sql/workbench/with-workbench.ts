import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { startWorkbench, type Workbench } from "./workbench.ts";

/** Starts a workbench for some work, making the tools first if they are missing, and ends it after the work. */
export async function withWorkbench<T>(work: (workbench: Workbench) => Promise<T>): Promise<T> {
	const { java } = await setUp(startProgress());
	const workbench = await startWorkbench({ java });
	try {
		return await work(workbench);
	} finally {
		await workbench.stop();
	}
}
