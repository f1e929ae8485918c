import { Hit } from "../contracts.ts";
import { streamConsumer } from "../landing/consumer.ts";
import { incomingHit } from "./engine/observe.ts";
import { alertingFunction } from "./function.ts";
import { alertingHandler } from "./handle.ts";

const { options, consumer } = alertingFunction();

/** The stream `hits` into notifications. */
export const handler = streamConsumer({ schema: Hit, handle: alertingHandler(options, incomingHit), ...consumer });
