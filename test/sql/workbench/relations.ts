import type { Column, Insert, Relation } from "../../../sql/workbench/types.ts";

type Given = Partial<Omit<Relation, "columns">> & { columns?: [name: string, type: string, time?: Column["time"]][] };

/** A relation as the workbench describes one: a view in a file of its own name unless said otherwise. */
export function relation(name: string, { columns = [], kind = "view", ...given }: Given = {}): Relation {
	const folder = { source: "1_sources", view: "2_views", sink: "3_sinks" }[kind];
	return {
		name,
		kind,
		file: `${folder}/${name.replace(".", "/")}.sql`,
		columns: columns.map(([column, type, time = null]) => ({
			name: column,
			type,
			time,
			nullable: true,
			computed: false,
			metadata: false,
		})),
		reads: [],
		primaryKey: [],
		watermark: null,
		options: {},
		comment: "",
		...given,
	};
}

/** An INSERT of the job. */
export function insert(into: string, reads: string[], line = 5): Insert {
	return { into, reads, line };
}
