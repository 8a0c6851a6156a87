import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createResponseParser, HttpParserError, type Reuse } from './http-response.ts';

interface Read {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly reuse: Reuse | null;
}

/** What is read off a connection that says this, in pieces that end at these places, and then is closed. */
function read(
  text: string,
  cuts: readonly number[] = [],
): { readonly responses: readonly Read[]; readonly isBetween: boolean } {
  const parser = createResponseParser();
  const responses: { status: number; headers: Read['headers']; body: string; reuse: Reuse | null }[] = [];
  const bytes: Buffer[][] = [];
  const listener = {
    onHead(status: number, headers: Read['headers']) {
      responses.push({ status, headers, body: '', reuse: null });
      bytes.push([]);
    },
    onData: (chunk: Buffer) => void bytes.at(-1)?.push(chunk),
    onEnd(reuse: Reuse) {
      const last = responses.at(-1);
      if (last) Object.assign(last, { reuse, body: Buffer.concat(bytes.at(-1) ?? []).toString('utf8') });
    },
  };
  const whole = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  for (const [index, place] of places.entries()) parser.feed(whole.subarray(places[index - 1] ?? 0, place), listener);
  const { isBetween } = parser;
  parser.closed(listener);
  return { responses, isBetween };
}

const KEPT = { isKept: true, idleMs: null };
const GONE = { isKept: false, idleMs: null };
const ONE_OF_EACH: readonly (readonly [text: string, response: Read])[] = [
  [
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\nKeep-Alive: timeout=5\r\n\r\n{"a":"ö"}'.replace(
      '9',
      '10',
    ),
    {
      status: 200,
      headers: { 'content-type': 'application/json', 'content-length': '10', 'keep-alive': 'timeout=5' },
      body: '{"a":"ö"}',
      reuse: { isKept: true, idleMs: 5000 },
    },
  ],
  [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;name="x"\r\n, w\r\n4\r\norld\r\n0\r\nTrailer: x\r\n\r\n',
    { status: 200, headers: { 'transfer-encoding': 'chunked' }, body: 'hello, world', reuse: KEPT },
  ],
  ['HTTP/1.1 204 No Content\r\n\r\n', { status: 204, headers: {}, body: '', reuse: KEPT }],
  [
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nset-cookie: a\r\nSet-Cookie:b \r\n\r\n',
    { status: 202, headers: { 'content-length': '0', 'set-cookie': 'a,b' }, body: '', reuse: KEPT },
  ],
  [
    'HTTP/1.0 404 Not Found\r\ncontent-length: 2\r\n\r\nno',
    { status: 404, headers: { 'content-length': '2' }, body: 'no', reuse: GONE },
  ],
  [
    'HTTP/1.1 200\r\nconnection: Close\r\ncontent-length: 2\r\n\r\nok',
    { status: 200, headers: { connection: 'Close', 'content-length': '2' }, body: 'ok', reuse: GONE },
  ],
];
const UNTIL_CLOSE: readonly [string, Read] = [
  'HTTP/1.1 200 OK\r\n\r\nuntil the end',
  { status: 200, headers: {}, body: 'until the end', reuse: GONE },
];

describe('the responses on a connection', () => {
  it('are the same in whatever pieces they come', () => {
    const some = fc.array(fc.constantFrom(...ONE_OF_EACH), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(some, fc.boolean(), fc.array(fc.nat(2_000), { maxLength: 12 }), (chosen, isClosed, cuts) => {
        const all = isClosed ? [...chosen, UNTIL_CLOSE] : chosen;
        const { responses, isBetween } = read(all.map(([text]) => text).join(''), cuts);
        expect(responses).toEqual(all.map(([, response]) => response));
        expect(isBetween).toBe(!isClosed);
      }),
      { numRuns: 300 },
    );
  });

  it('are refused where they are no HTTP', () => {
    const refused = [
      'this is not HTTP\r\n\r\n',
      'HTTP/2 200 OK\r\n\r\n',
      'HTTP/1.1 20 OK\r\n\r\n',
      'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
      'HTTP/1.1 200 OK\r\na: 1\r\n folded\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nok',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzwei\r\nab\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n',
      `HTTP/1.1 200 OK\r\nlong: ${'x'.repeat(70_000)}`,
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;${'x'.repeat(5_000)}`,
    ];
    for (const text of refused) expect(() => read(text), text.slice(0, 60)).toThrow(HttpParserError);
  });

  it('that are not over leave the connection unfit for another', () => {
    for (const text of ['HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab']) {
      const { responses, isBetween } = read(text);
      expect([isBetween, responses.every(({ reuse }) => reuse === null)]).toEqual([false, true]);
    }
  });
});
