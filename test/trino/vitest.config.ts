import { defineConfig } from "vitest/config";

/** Not a part of `npm test`, which would find no Trino on most machines. */
export default defineConfig({
	test: { include: ["test/trino/**/*.trino.ts"], testTimeout: 120_000, hookTimeout: 600_000, fileParallelism: false },
});
