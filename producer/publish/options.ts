import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { KinesisPlace } from "../client.ts";
import type { FeedState, Outgoing, Rejected } from "../feed.ts";
import type { Taken } from "./deliver.ts";
import type { SpoolPlace } from "./spool.ts";

export interface PublishOptions {
	readonly stream: string;
	/** Where Kinesis is; with `client` not needed. */
	readonly kinesis?: KinesisPlace;
	/** A client of your own; it should retry nothing by itself. */
	readonly client?: Pick<KinesisClient, "send">;
	/** The lateness that the reader of the stream allows; default 2,000. */
	readonly latenessMs?: number;
	/** Whether the end of the feed sends clocks beyond its last window; default false. Not after an abort. */
	readonly close?: boolean;
	/** The hour of the day, UTC, at which a trading day begins; default 5. */
	readonly dayStartHour?: number;
	/** Whether several trades may share a Kinesis record; see flight.ts. Default `auto`: where single ones would be slow. */
	readonly aggregate?: "auto" | "on" | "off";
	/** How long a live trade may wait for others to go with; default: 10 ms to 1 s, by how Kinesis answers. */
	readonly lingerMs?: number;
	/**
	 * Where what was read waits while Kinesis takes nothing and memory is full, and over the end of the process; it goes first
	 * when it can. Default none: then the feed is held back.
	 */
	readonly spool?: SpoolPlace;
	/** How long to go on while nothing is taken before giving up; default 120,000, with a spool without end. */
	readonly giveUpMs?: number;
	/** Stops reading; what was read is still sent, or put into the spool. */
	readonly signal?: AbortSignal;
	/** Called once a second, and at the end. */
	readonly onProgress?: (progress: Progress) => void;
	/** Something that a person should know, as one line. */
	readonly onWarning?: (line: string) => void;
	/** Something that the feed gave cannot be sent; default: a warning. */
	readonly onRejected?: (rejected: Rejected) => void;
	/** A record was taken, or refused and will be sent again or put into the spool; for looking closely. */
	readonly onRecord?: (record: Outgoing, outcome: Taken | { readonly refused: unknown }) => void;
}

/** Counts of trades (of lines, if raw); clocks are counted apart. read = sent + spooled + rejected + failed. */
export interface ProduceResult {
	/** From the feed, and from the spool that an earlier run left. */
	read: number;
	/** Those of them that were in the spool at the start. */
	recovered: number;
	/** Acknowledged by Kinesis. */
	sent: number;
	/** In the spool at the end: they go first the next time. */
	spooled: number;
	/** Refused before sending, each reported with its reason. */
	rejected: number;
	/** Given up; always 0 with a spool. */
	failed: number;
	/** Sent again, each time counted: so many copies there are at most. */
	retried: number;
	/** Kinesis records that the trades were sent in. */
	kinesisRecords: number;
	clocks: number;
	/** Of what was sent, earliest and latest; null if nothing with a time was. */
	firstEventTime: string | null;
	lastEventTime: string | null;
	/** What the closing clocks said; null if there were none. */
	closedAt: string | null;
}

export interface Progress extends ProduceResult {
	/** How many there will be; undefined if nobody knows. */
	readonly total: number | undefined;
	/** Read and not yet acknowledged, in memory. */
	readonly waiting: number;
	/** How long the oldest of them has been in memory, in milliseconds; 0 where there is none. */
	readonly waitedMs: number;
	readonly seconds: number;
	/** What the feed says of itself. */
	readonly state: FeedState | undefined;
}
