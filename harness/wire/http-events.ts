import { createParser } from 'eventsource-parser';
import type { ResponseReader } from './http-reply.ts';
import type { RawReply } from './wire.ts';

/**
 * Reads a Server-Sent Events body until the reply is in; a stream that ends without it is `eof`. `take`: the reply if this
 * message is the one waited for; otherwise the message has been dealt with.
 */
export function readEvents(take: (text: string) => RawReply | null): ResponseReader {
  let found: RawReply | null = null;
  const parser = createParser({
    onEvent({ data }) {
      // Servers prime a stream with an event without data.
      if (data.trim() !== '') found = take(data) ?? found;
    },
  });
  const decoder = new TextDecoder();
  return {
    data(chunk) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      return found;
    },
    end: () => found ?? { kind: 'eof', message: 'the event stream ended without the reply' },
  };
}
