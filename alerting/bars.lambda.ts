import { Bar } from "../contracts.ts";
import { streamConsumer } from "../landing/consumer.ts";
import { incomingBar } from "./engine/observe.ts";
import { alertingFunction } from "./function.ts";
import { alertingHandler } from "./handle.ts";

const { options, consumer } = alertingFunction();
const alert = alertingHandler(options, (bar: Bar) => incomingBar(bar, options.rules));

/** The stream `bars` into notifications; of intervals that no rule is on, nothing is kept. */
export const handler = streamConsumer({
	schema: Bar,
	handle: async (entries) => {
		const wanted = entries.filter(({ value }) => options.rules.on(value.interval).length > 0);
		const outcomes = await alert(wanted);
		const byEntry = new Map(wanted.map((entry, index) => [entry, outcomes[index]]));
		return entries.map((entry) => byEntry.get(entry) ?? { status: "handled" });
	},
	...consumer,
});
