/** `npm run test:cluster`: the runner's jar on a Flink cluster of several processes, over the whole real day. */
import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { runApart } from "../support/run_apart.ts";
import { installDistribution } from "./install.ts";

const progress = startProgress();
await setUp(progress);
await installDistribution(progress);
process.exitCode = await runApart("cluster");
