/** Values of the environment in what the files and the HTTP API have in common, as Grafana itself puts them into its files. */
export type Environment = Readonly<Record<string, string | undefined>>;

const name = /\$([A-Z][A-Z0-9_]*)/g;

/** The value with each `$NAME` of a text in it replaced, and the names that the environment lacks (or has empty). */
export function fillIn<T>(value: T, environment: Environment): { filled: T; missing: string[] } {
	const missing = new Set<string>();
	const filled = JSON.parse(JSON.stringify(value), (_, each) =>
		typeof each !== "string"
			? each
			: each.replaceAll(name, (whole, key: string) => {
					const found = environment[key];
					if (!found) missing.add(key);
					return found || whole;
				}),
	) as T;
	return { filled, missing: [...missing] };
}
