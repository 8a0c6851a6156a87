import { createParser } from 'eventsource-parser';
import { BODY_BYTES_MAX } from './http-body.ts';
import type { ResponseReader } from './http-reply.ts';
import type { RawReply } from './wire.ts';

/**
 * Reads a Server-Sent Events body until the reply is in; a stream that ends without it is `eof`, and an event without end is
 * garbled. `take`: the reply if this message is the one waited for; otherwise the message has been dealt with.
 */
export function readEvents(
  take: (text: string) => RawReply | null,
  http: number,
  charactersMax = BODY_BYTES_MAX,
): ResponseReader {
  let found: RawReply | null = null;
  const parser = createParser({
    maxBufferSize: charactersMax,
    onEvent({ data }) {
      // Servers prime a stream with an event without data.
      const reply = data.trim() === '' ? null : take(data);
      // Of two the first counts, whether or not they came in one piece.
      found ??= reply;
    },
    onError({ type }) {
      if (type !== 'max-buffer-size-exceeded') return; // What is no field is none of the message.
      found ??= { kind: 'garbled', message: 'an event of the stream is too long', http, text: '' };
    },
  });
  const decoder = new TextDecoder();
  return {
    data(chunk) {
      if (found !== null) return found;
      parser.feed(decoder.decode(chunk, { stream: true }));
      return found;
    },
    end: () => found ?? { kind: 'eof', message: 'the event stream ended without the reply' },
  };
}
