import { createParser } from 'eventsource-parser';
import type { BodyReadable } from './http-body.ts';
import { httpFailure } from './http-failure.ts';
import { parseJson, type RpcIncoming, readMessage } from './json-rpc.ts';
import type { RawReply } from './wire.ts';

/** After its reply a stream may go on this long (ms) before it is cut; an orderly server ends it at once. */
const LINGER_MS_MAX = 1_000;

export interface EventsOptions {
  /** The reply if this message is the one waited for; otherwise the message has been dealt with. */
  take(incoming: RpcIncoming, text: string): RawReply | null;
}

/**
 * Reads a Server-Sent Events body until the reply is in; what follows is read on in the background, so that the connection
 * can be used again. A stream that ends without the reply is `eof`.
 */
export function readEvents(body: BodyReadable, options: EventsOptions): Promise<RawReply> {
  return new Promise((resolve) => {
    let linger: NodeJS.Timeout | null = null;
    const settle = (reply: RawReply) => {
      linger ??= setTimeout(() => body.destroy(), LINGER_MS_MAX).unref();
      resolve(reply);
    };
    const parser = createParser({
      onEvent({ data }) {
        // Servers prime a stream with an event without data.
        if (data.trim() === '') return;
        const reply = options.take(readMessage(parseJson(data)), data);
        if (reply !== null) settle(reply);
      },
    });
    const decoder = new TextDecoder();
    const pump = async () => {
      for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
    };
    pump()
      .then(
        () => resolve({ kind: 'eof', message: 'the event stream ended without the reply' }),
        (error: unknown) => resolve(httpFailure(error)),
      )
      .finally(() => {
        if (linger !== null) clearTimeout(linger);
      });
  });
}
