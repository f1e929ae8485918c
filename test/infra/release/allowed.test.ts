import { expect, test } from "vitest";
import { whereAllowed } from "../../../infra/release/allowed.ts";

const failing = (name: string) => () => Promise.reject(Object.assign(new Error("not for you"), { name }));

test("what may be read is what was read", async () => {
	expect(await whereAllowed(async () => 7)).toBe(7);
});

test.each(["AccessDenied", "AccessDeniedException"])("%s is not known", async (name) => {
	expect(await whereAllowed(failing(name))).toBeNull();
});

test("everything else that fails fails", async () => {
	await expect(whereAllowed(failing("ThrottlingException"))).rejects.toThrow("not for you");
});
