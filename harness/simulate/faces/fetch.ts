import { createParser } from 'eventsource-parser';
import { parseJson, readMessage } from '../../wire/json-rpc.ts';
import type { HttpExchangeOut, HttpExchangeRequest, ServerFace } from '../server-face.ts';

/** A server as web standards have it: one Request in, one Response out. */
export interface FetchServer {
  fetch(request: Request): Response | Promise<Response>;
  stop?(): unknown;
  close?(): unknown;
}

// Nothing listens there; frameworks want a whole URL.
const ADDRESS = 'http://127.0.0.1/mcp';

/** The HTTP face of a fetch handler. It has no other: what it does with sessions is its own. */
export function fetchFace(server: FetchServer): ServerFace {
  return {
    http: {
      exchange(request, out) {
        void answer(server, request, out);
      },
    },
    async stop() {
      await (server.stop ?? server.close)?.call(server);
    },
  };
}

async function answer(server: FetchServer, { text, headers, signal }: HttpExchangeRequest, out: HttpExchangeOut) {
  let response: Response;
  try {
    response = await server.fetch(
      new Request(ADDRESS, { method: 'POST', headers: { ...headers }, body: text, signal }),
    );
  } catch (error) {
    // As every host of such a handler does it.
    console.error(error);
    out.head(500, {});
    out.end('Internal Server Error');
    return;
  }
  out.head(response.status, Object.fromEntries(response.headers));
  try {
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (isStream) await passEvents(response, out, signal);
    else passBody(await response.text(), out);
  } catch (error) {
    // The body broke off: by the server, or because the client hung up.
    if (!signal.aborted) console.error(error);
    out.end();
  }
}

function passBody(text: string, out: HttpExchangeOut): void {
  if (readMessage(parseJson(text)).kind === 'garbage') {
    out.end(text);
    return;
  }
  out.message(text);
  out.end();
}

async function passEvents({ body }: Response, out: HttpExchangeOut, signal: AbortSignal): Promise<void> {
  const parser = createParser({
    onEvent({ data }) {
      // Servers prime a stream with an event without data.
      if (data.trim() !== '') out.message(data);
    },
  });
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  const hangUp = () => void reader?.cancel().catch(() => {}); // Broken already: nothing is left to cancel.
  signal.addEventListener('abort', hangUp, { once: true });
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    parser.feed(decoder.decode(part.value, { stream: true }));
  }
  signal.removeEventListener('abort', hangUp);
  out.end();
}
