/** The table of alerts: each write is conditional, so that whoever comes second sees it. */
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
	type DynamoDBDocumentClient,
	GetCommand,
	PutCommand,
	TransactWriteCommand,
	UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Alert, SeriesState } from "../engine/types.ts";
import { conflicting } from "./conflict.ts";
import { everyItem, itemsAt } from "./items.ts";
import { alertKey, type Key, keyOf, seriesKey, textOf } from "./keys.ts";

/** `refused`: SNS will never take it. */
export type Status = "waiting" | "sending" | "sent" | "suppressed" | "refused";

/** A notification as the table has it. */
export interface AlertItem extends Key {
	alert: Alert;
	status: Status;
	reason?: string;
	/** When whoever is sending it is taken for dead, epoch ms. */
	lease_until?: number;
	/** Not before this, epoch ms: it waits for its group. */
	due?: number;
	message_id?: string;
	/** ISO 8601 in UTC, by the wall clock. */
	updated_at: string;
}

/** A series as it was read, with what a write has to find unchanged. */
export interface StoredSeries {
	state: SeriesState;
	/** 0: not there. */
	version: number;
	/** Keys of the notifications that were not known to be sent when it was written. */
	outbox: string[];
}

export class AlertTable {
	readonly #client: DynamoDBDocumentClient;
	readonly #name: string;
	readonly #memoryMs: number;

	/** @param memoryDays how long alerts are kept; longer than a stream can be read again */
	constructor(client: DynamoDBDocumentClient, name: string, memoryDays: number) {
		this.#client = client;
		this.#name = name;
		this.#memoryMs = memoryDays * 86_400_000;
	}

	/** Series by the text of their keys; those that are not there are missing. */
	async series(keys: readonly { symbol: string; series: string }[]): Promise<Map<string, StoredSeries>> {
		const items = await itemsAt(
			this.#client,
			this.#name,
			keys.map(({ symbol, series }) => seriesKey(symbol, series)),
		);
		return new Map(
			items.map((item) => [
				textOf(item as unknown as Key),
				{
					state: JSON.parse(String(item.state)) as SeriesState,
					version: Number(item.version),
					outbox: JSON.parse(String(item.outbox)) as string[],
				},
			]),
		);
	}

	/** Notifications by their keys as text; those that are not there are missing. */
	async alerts(keys: readonly string[]): Promise<AlertItem[]> {
		return (await itemsAt(this.#client, this.#name, keys.map(keyOf))).map(toAlertItem);
	}

	/**
	 * Writes a series and the notifications that came of it, all or nothing.
	 *
	 * @throws {@link Conflict} where the series is not what was read
	 */
	async commit(
		place: { symbol: string; series: string },
		stored: StoredSeries,
		alerts: readonly { alert: Alert; reason?: string }[],
	): Promise<void> {
		const item = {
			...seriesKey(place.symbol, place.series),
			version: stored.version + 1,
			state: JSON.stringify(stored.state),
			outbox: JSON.stringify(stored.outbox),
		};
		const unchanged =
			stored.version === 0
				? { ConditionExpression: "attribute_not_exists(pk)" }
				: { ConditionExpression: "version = :v", ExpressionAttributeValues: { ":v": stored.version } };
		const put = { TableName: this.#name, Item: item, ...unchanged };
		if (alerts.length === 0) return conflicting(() => this.#client.send(new PutCommand(put)));
		const puts = alerts.map(({ alert, reason }) => ({
			Put: {
				TableName: this.#name,
				Item: this.#alertItem(alert, reason === undefined ? "waiting" : "suppressed", reason),
				// What was suppressed may be told later; what was told stays told.
				ConditionExpression: "attribute_not_exists(pk) OR #status = :suppressed",
				ExpressionAttributeNames: { "#status": "status" },
				ExpressionAttributeValues: { ":suppressed": "suppressed" },
			},
		}));
		return conflicting(
			() => this.#client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...puts] })),
			alerts.map(({ alert }) => textOf(alertKey(alert))),
		);
	}

	/** Takes a notification for sending until `leaseUntil`; false where it is sent, suppressed, or somebody else's. */
	async claim(key: string, leaseUntil: number, now: number): Promise<boolean> {
		return this.#changed(key, {
			set: { status: "sending", lease_until: leaseUntil },
			condition: "#status = :waiting OR (#status = :sending AND lease_until < :now)",
			values: { ":waiting": "waiting", ":sending": "sending", ":now": now },
		});
	}

	/** Notes what became of one that was claimed, or of one that waits. */
	async settle(key: string, set: Partial<Pick<AlertItem, "status" | "reason" | "message_id" | "due">>): Promise<void> {
		await this.#changed(key, {
			set,
			condition: "#status IN (:waiting, :sending)",
			values: { ":waiting": "waiting", ":sending": "sending" },
		});
	}

	/** Has one that SNS refused wait once more, for the schedule to send it. */
	async sendAgain(key: string): Promise<void> {
		await this.#changed(key, {
			set: { status: "waiting" },
			condition: "#status = :refused",
			values: { ":refused": "refused" },
		});
	}

	/** A value of delivery's own (a group, the storm), its version (0: not there), and when it was written, epoch ms. */
	async value<T>(key: Key): Promise<{ value: T | undefined; version: number; written: number }> {
		const { Item } = await this.#client.send(new GetCommand({ TableName: this.#name, Key: key, ConsistentRead: true }));
		if (!Item) return { value: undefined, version: 0, written: 0 };
		return {
			value: JSON.parse(String(Item.value)) as T,
			version: Number(Item.version),
			written: Date.parse(String(Item.written)),
		};
	}

	/**
	 * Writes such a value, and with it notifications that are new or whose status changes, all or nothing.
	 *
	 * @throws {@link Conflict} where it is not what was read
	 */
	async putValue(
		key: Key,
		version: number,
		value: unknown,
		also: { alerts?: Alert[]; hold?: string[] } = {},
	): Promise<void> {
		const put = {
			TableName: this.#name,
			Item: { ...key, value: JSON.stringify(value), version: version + 1, written: new Date().toISOString() },
			...(version === 0
				? { ConditionExpression: "attribute_not_exists(pk)" }
				: { ConditionExpression: "version = :v", ExpressionAttributeValues: { ":v": version } }),
		};
		const alerts = (also.alerts ?? []).map((alert) => ({
			Put: { TableName: this.#name, Item: this.#alertItem(alert, "waiting") },
		}));
		const holds = (also.hold ?? []).map((text) => ({
			Update: { TableName: this.#name, Key: keyOf(text), ...this.#setting({ status: "suppressed", reason: "storm" }) },
		}));
		if (alerts.length + holds.length === 0) return conflicting(() => this.#client.send(new PutCommand(put)));
		return conflicting(() =>
			this.#client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...alerts, ...holds] })),
		);
	}

	/** What was written about on a day (UTC, `2026-11-25`) after an instant, oldest first; left out, on all of the day. */
	async changedOn(day: string, after = ""): Promise<AlertItem[]> {
		const items = await everyItem(this.#client, {
			TableName: this.#name,
			IndexName: "recent",
			KeyConditionExpression: "#day = :day AND updated_at > :after",
			ExpressionAttributeNames: { "#day": "day" },
			// A key is never the empty text; the day itself is before each of its instants.
			ExpressionAttributeValues: { ":day": day, ":after": after || day },
		});
		return items.map(toAlertItem);
	}

	/** All items of a partition. */
	partition(pk: string): Promise<Record<string, unknown>[]> {
		return everyItem(this.#client, {
			TableName: this.#name,
			KeyConditionExpression: "pk = :pk",
			ExpressionAttributeValues: { ":pk": pk },
			ConsistentRead: true,
		});
	}

	/** Writes an item as it is; it is forgotten at `expires`, epoch s. */
	async put(item: Key & Record<string, unknown>): Promise<void> {
		await this.#client.send(new PutCommand({ TableName: this.#name, Item: item }));
	}

	#alertItem(alert: Alert, status: Status, reason?: string) {
		return {
			...alertKey(alert),
			alert: JSON.stringify(alert),
			status,
			...(reason === undefined ? {} : { reason }),
			...this.#stamps(),
		};
	}

	#stamps() {
		const updated_at = new Date().toISOString();
		return {
			updated_at,
			day: updated_at.slice(0, 10),
			expires: Math.ceil((Date.now() + this.#memoryMs) / 1_000),
		};
	}

	/** An update expression that sets these and the time of the change. */
	#setting(set: Record<string, unknown>) {
		const { expires: _, ...stamps } = this.#stamps();
		const all = Object.entries({ ...set, ...stamps }).filter(([, value]) => value !== undefined);
		return {
			UpdateExpression: `SET ${all.map(([name]) => `#${name} = :set_${name}`).join(", ")}`,
			ExpressionAttributeNames: { "#status": "status", ...Object.fromEntries(all.map(([name]) => [`#${name}`, name])) },
			ExpressionAttributeValues: Object.fromEntries(all.map(([name, value]) => [`:set_${name}`, value])),
		};
	}

	async #changed(
		key: string,
		{ set, condition, values }: { set: Record<string, unknown>; condition: string; values: Record<string, unknown> },
	): Promise<boolean> {
		const setting = this.#setting(set);
		try {
			await this.#client.send(
				new UpdateCommand({
					TableName: this.#name,
					Key: keyOf(key),
					...setting,
					ConditionExpression: condition,
					ExpressionAttributeValues: { ...setting.ExpressionAttributeValues, ...values },
				}),
			);
			return true;
		} catch (error) {
			if (error instanceof ConditionalCheckFailedException) return false;
			throw error;
		}
	}
}

export function toAlertItem(item: Record<string, unknown>): AlertItem {
	return { ...(item as unknown as AlertItem), alert: JSON.parse(String(item.alert)) as Alert };
}
