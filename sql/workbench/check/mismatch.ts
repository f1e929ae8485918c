/** What the planner says of an INSERT whose columns are not the sink's. */
const REFUSED =
	/^Column types of query result and sink for '[^']*?((?:\w+\.)?\w+)' do not match\.\s*Cause: ([\s\S]*?)\n\nQuery schema: \[(.*)\]\nSink schema:\s+\[(.*)\]/;

/** Which column of an INSERT does not fit its sink, in words; undefined for other messages. */
export function explainMismatch(text: string): { message: string; expected: string } | undefined {
	const match = REFUSED.exec(text);
	if (match === null) return undefined;
	const [, sink = "", cause = "", query = "", target = ""] = match;
	return mismatch(sink, cause, columns(query), columns(target));
}

interface Named {
	name: string;
	type: string;
}

function columns(text: string): Named[] {
	return text.split(/, (?=[^,]*?: )/).map((each) => {
		const [, name = "", type = ""] = /^(.*?): (.*)$/.exec(each) ?? [];
		return { name, type: type.replace(" NOT NULL", "") };
	});
}

function mismatch(sink: string, cause: string, query: Named[], target: Named[]) {
	const wrong = /sink column '([^']+)' at position (\d+)/.exec(cause);
	if (wrong) {
		const given = query[Number(wrong[2])];
		const wanted = target[Number(wrong[2])];
		const same = query.findIndex(({ name }) => name === wanted?.name);
		return {
			message: `Column ${Number(wrong[2]) + 1} of this INSERT is ${given?.name} ${given?.type}, but ${sink} has ${wanted?.name} ${wanted?.type} there`,
			expected: `columns go by position, in the order of the sink: ${target.map(({ name }) => name).join(", ")}${same >= 0 ? `; ${wanted?.name} is number ${same + 1} here` : ""}`,
		};
	}
	const missing = target.slice(query.length).map(({ name, type }) => `${name} ${type}`);
	const more = query.slice(target.length).map(({ name }) => name);
	return {
		message: `This INSERT has ${query.length} columns, but ${sink} has ${target.length}`,
		expected:
			missing.length > 0
				? `at the end: ${missing.join(", ")}; columns go by position: ${target.map(({ name }) => name).join(", ")}`
				: `no ${more.join(", ")}`,
	};
}
