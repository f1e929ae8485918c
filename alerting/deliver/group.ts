/** Alerts of one rule that come close together go out as one message. Pure. */

/** A rule's window: opened by an alert that went out at once, it collects those that follow. */
export interface Group {
	/** Event time of the alert that opened it, epoch ms. */
	from: number;
	/** When it ends by the wall clock, epoch ms. */
	until: number;
	/** The keys of the alerts that wait for its end. */
	waiting: string[];
}

export interface Grouped {
	group: Group | undefined;
	/** Keys of the alerts of each message that goes out now. */
	now: string[][];
	/** Keys of the alerts that wait from now on. */
	deferred: string[];
}

/** Most alerts in one message. */
const MOST = 50;

/**
 * Sorts alerts, given in the order of their event times, into messages that go out now and alerts that wait.
 *
 * @param window how far apart in event time they may be, in ms
 * @param lasts how long the window lasts by the wall clock, in ms
 * @param now by the wall clock, epoch ms
 */
export function groupAlerts(
	group: Group | undefined,
	alerts: readonly { key: string; time: number }[],
	{ window, lasts, now }: { window: number; lasts: number; now: number },
): Grouped {
	if (window === 0) return { group, now: alerts.map(({ key }) => [key]), deferred: [] };
	let open = group;
	/** The message that this call opened the window with: what comes with it goes with it. */
	let own: string[] | undefined;
	const messages: string[][] = [];
	const deferred: string[] = [];
	for (const { key, time } of alerts) {
		// After a fault it is given again: it waits still, or has just been let out.
		if (open?.waiting.includes(key) || messages.some((keys) => keys.includes(key))) continue;
		if (open && now < open.until && Math.abs(time - open.from) <= window) {
			if (own && own.length < MOST) own.push(key);
			else {
				open = { ...open, waiting: [...open.waiting, key] };
				deferred.push(key);
			}
			continue;
		}
		messages.push(...inMessages(open?.waiting ?? []));
		own = [key];
		messages.push(own);
		open = { from: time, until: now + lasts, waiting: [] };
	}
	return { group: open, now: messages, deferred };
}

/** What a window that has ended lets out. */
export function inMessages(keys: readonly string[]): string[][] {
	const messages: string[][] = [];
	for (let start = 0; start < keys.length; start += MOST) messages.push(keys.slice(start, start + MOST));
	return messages;
}

/** DynamoDB takes 100 items in a transaction, and one is the storm breaker's own. */
const MOST_ITEMS = 99;

/** Messages in runs that the breaker takes in one transaction: each of their alerts, and one that it may say to each. */
export function inTransactions<T>(messages: readonly T[][]): T[][][] {
	const runs: T[][][] = [];
	let left = 0;
	for (const message of messages) {
		const items = message.length + 1;
		if (items > left) {
			runs.push([]);
			left = MOST_ITEMS;
		}
		left -= items;
		runs.at(-1)?.push(message);
	}
	return runs;
}
