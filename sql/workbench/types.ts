/** What is wrong with the SQL, where it is known with its place: lines and columns count from 1. */
export interface Problem {
	/** Relative to the SQL directory; null where it is about no file. */
	file: string | null;
	line: number | null;
	column: number | null;
	endLine: number | null;
	endColumn: number | null;
	message: string;
}

export interface Column {
	name: string;
	/** Without `NOT NULL`, such as `TIMESTAMP_LTZ(3)`. */
	type: string;
	nullable: boolean;
	/** Whether it is a time attribute. */
	time: "event" | "processing" | null;
	computed: boolean;
	metadata: boolean;
}

/** A relation of the SQL files. */
export interface Relation {
	/** `bars`; with its database for a sink: `streams.bars`. */
	name: string;
	file: string;
	kind: "source" | "view" | "sink";
	columns: Column[];
	/** Names of the relations that it reads; of a view only. */
	reads: string[];
	primaryKey: string[];
	/** The expression of its WATERMARK clause. */
	watermark: string | null;
	options: Record<string, string>;
	/** The comment at the head of its file. */
	comment: string;
}

/** An INSERT of the job. */
export interface Insert {
	into: string;
	reads: string[];
	/** Its line in 4_job.sql. */
	line: number;
}

/** What the SQL files define. */
export interface Compilation {
	relations: Relation[];
	inserts: Insert[];
	/** The compiled plan of the whole job: JSON. Only where it was asked for. */
	plan?: string;
}
