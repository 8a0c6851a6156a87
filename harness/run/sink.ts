import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isObject, type JsonObject, parseJson } from '../wire/json-rpc.ts';

const BODY_BYTES_MAX = 1024 * 1024;
/** Of a body that is no ledger line, in the complaint about it. */
const QUOTE_CHARS_MAX = 200;
/** From here on an answer says that the work was not done. */
const STATUS_REFUSED = 400;

/** Where a server under test sends its work, or word of its effects: the harness is its worker. */
export interface RunningSink extends AsyncDisposable {
  readonly url: string;
}

export interface SinkOptions {
  /** The ledger of the run. */
  readonly path: string;
  /** How long each piece of work takes, ms. */
  readonly takesMs: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Takes POSTs on loopback. A body is a ledger line: it begins on arrival, and commits when it is answered, with the same body,
 * after `takesMs`, whether or not somebody still waits for that: work that was handed on goes on. A line that names its own phase
 * is written as it is and answered at once; `?status=500` answers that, and nothing commits; `?token=…` stands for a body's token.
 */
export async function openSink({ path, takesMs, sleep }: SinkOptions): Promise<RunningSink> {
  const closing = new AbortController();
  const write = (line: JsonObject) => appendFileSync(path, `${JSON.stringify(line)}\n`);
  const work = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const asked = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams;
    const status = Number(asked.get('status') ?? 200);
    const line = ledgerLineOf(body, asked.get('token'));
    // The ledger complains of it, with its words.
    if (line === null) appendFileSync(path, `${body.slice(0, QUOTE_CHARS_MAX).replaceAll(/\s+/g, ' ')}\n`);
    else if ('phase' in line) write(line);
    else {
      write({ ...line, phase: 'begin' });
      await sleep(takesMs, closing.signal);
      if (status < STATUS_REFUSED) write({ ...line, phase: 'commit' });
    }
    const type = request.headers['content-type'] ?? 'application/json';
    response.writeHead(line === null ? STATUS_REFUSED : status, { 'content-type': type }).end(body);
  };
  const server = createServer((request, response) => {
    // Its sender went away in the middle, or the run is over.
    work(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${isObject(address) ? String(address.port) : ''}/`,
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the run is over'));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** null: it names no token. */
function ledgerLineOf(body: string, token: string | null): JsonObject | null {
  const parsed = parseJson(body);
  const line = isObject(parsed) ? parsed : {};
  const named = line.token ?? token;
  return typeof named === 'string' || typeof named === 'number' ? { ...line, token: named } : null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('longer than any ledger line');
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}
