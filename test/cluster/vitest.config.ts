import { defineConfig } from "vitest/config";

/** Not a part of `npm test`: it fetches Flink's distribution, and runs the whole day on three JVMs. */
export default defineConfig({
	test: { include: ["test/cluster/**/*.cluster.ts"], testTimeout: 1_800_000, hookTimeout: 120_000 },
});
