import { beforeAll, describe, expect, test } from "vitest";
import { type Bundle, bundle } from "../../../local/page/bundle.ts";

let built: Bundle;
beforeAll(async () => {
	built = await bundle();
});

const named = (start: string) => {
	const found = [...built.assets].filter(([name]) => name.startsWith(start));
	expect(found, start).toHaveLength(1);
	return found[0]?.[1].body ?? "";
};

describe("the bundle", () => {
	test("is named whole in the HTML, by hashes, and the HTML names nothing else", () => {
		const inHtml = [...built.html.matchAll(/(?:src|href)="\/assets\/([^"]*)"/g)].map(([, name]) => name);
		expect(inHtml.sort()).toEqual([...built.assets.keys()].sort());
		for (const name of inHtml) expect(name).toMatch(/^[a-z]+-[A-Z0-9]{8}\.(js|css|svg)$/);
	});

	test("has the chart in a file that is not needed before there are candles", () => {
		const main = named("main-");
		expect(main).not.toMatch(/from"\.\/chart-/);
		expect(main).toMatch(/import\("\.\/chart-[A-Z0-9]{8}\.js"\)/);
		expect(main.length).toBeLessThan(named("chart-").length / 4);
	});

	test("keeps the licence of the charts", () => {
		expect(named("chart-")).toContain("TradingView Lightweight Charts");
	});

	test("is built once", async () => expect(await bundle()).toBe(built));
});
