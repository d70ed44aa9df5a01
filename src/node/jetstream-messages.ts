/** Messages of a consumer, together as they come. */
import { TIMED_OUT, withTimeout } from '../stream/timer.js';
import type { Incoming, Message } from './nats.js';

/** Milliseconds without a message before it is asked whether there will be one; messages at hand wait less. */
const [IDLE, AT_HAND] = [500, 5];

/** What has come in, together, or nothing after a while without any; ends where the consumer is stopped. */
export async function* arrivals(incoming: Incoming, atMost: number): AsyncGenerator<readonly Message[]> {
  const iterator = incoming[Symbol.asyncIterator]();
  let asked: Promise<IteratorResult<Message, unknown>> | undefined;
  let messages: Message[] = [];
  for (;;) {
    asked ??= iterator.next();
    const result = await withTimeout(asked, messages.length > 0 ? AT_HAND : IDLE);
    if (result !== TIMED_OUT) {
      asked = undefined;
      if (result.done !== true) messages.push(result.value);
      if (result.done !== true && messages.length < atMost && incoming.getPending() > 0) continue;
    }
    if (messages.length > 0 || result === TIMED_OUT) yield messages;
    if (result !== TIMED_OUT && result.done === true) return;
    messages = [];
  }
}
