import { createParser } from 'eventsource-parser';
import { Agent, request } from 'undici';
import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/usage-error.ts';
import { createExchange, type ExchangeCore } from './exchange.ts';
import type { Outgoing, RawLink } from './raw-link.ts';

// Longer than any reply of a server that was ever tested here; a body without end must not fill the memory.
const BODY_CHARS_MAX = 16 * 1024 * 1024;

export interface HttpLinkOptions {
  readonly name: string;
  readonly url: string;
  /** Who asks: these stand in no frame. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly nextId: () => number;
}

/** Raw requests to one address over connections of its own. */
export function createHttpLink({ name, url, credentials, clock, nextId }: HttpLinkOptions): RawLink {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  let standing: Readonly<Record<string, string>> = {};
  return {
    name,
    transport: 'http',
    nextId,
    setHeaders: (headers) => {
      standing = headers;
    },
    // Each request may have a connection of its own: none is broken for good.
    isBroken: () => false,
    open(outgoing) {
      const cut = new AbortController();
      const core = createExchange({ link: name, clock, id: outgoing.id, onClose: () => cut.abort() });
      const { httpMethod = 'POST' } = outgoing;
      const headers = headersOf(outgoing, standing);
      core.sent(outgoing.text, headText(httpMethod, headers));
      void exchangeOver(core, () =>
        request(url, {
          dispatcher: agent,
          method: httpMethod,
          headers: { ...headers, ...credentials },
          ...(httpMethod === 'POST' ? { body: outgoing.text } : {}),
          signal: cut.signal,
        }),
      );
      return core.exchange;
    },
    close: () => agent.destroy(),
  };
}

async function exchangeOver(core: ExchangeCore, send: () => ReturnType<typeof request>): Promise<void> {
  try {
    const { statusCode, headers, body } = await send();
    const named = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]));
    core.head(statusCode, named);
    const decoder = new TextDecoder();
    if (named['content-type']?.includes('text/event-stream')) {
      const parser = createParser({
        // Servers prime a stream with an event without data.
        onEvent: ({ data }) => data.trim() !== '' && core.arrive(data),
      });
      let chars = 0;
      for await (const chunk of body) {
        const text = decoder.decode(bytesOf(chunk), { stream: true });
        chars += text.length;
        // An event without an end is kept until it ends, and a stream may never end.
        if (chars > BODY_CHARS_MAX) break;
        parser.feed(text);
      }
    } else {
      let text = '';
      for await (const chunk of body) {
        text += decoder.decode(bytesOf(chunk), { stream: true });
        if (text.length > BODY_CHARS_MAX) break;
      }
      if (text.trim() !== '') core.arrive(text);
    }
    core.end('the response ended');
  } catch (error) {
    // The server's doing, or ours when the exchange was closed: either way nothing more comes.
    core.end(`the connection failed: ${messageOf(error)}`);
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
}

function headersOf({ headers = {} }: Outgoing, standing: Readonly<Record<string, string>>): Record<string, string> {
  const merged: Readonly<Record<string, string | null>> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...standing,
    ...headers,
  };
  return Object.fromEntries(Object.entries(merged).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

/** What the protocol has to say of it. */
function headText(method: string, headers: Readonly<Record<string, string>>): string {
  const shown = Object.entries(headers).filter(([key]) => key.startsWith('mcp-') || key === 'last-event-id');
  return [method, ...shown.map(([key, value]) => `${key}: ${value}`)].join('\n');
}
