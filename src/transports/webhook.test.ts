import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { isPrivateAddress } from './private-address.ts';
import { refusedUrl, sendWebhook, signedHeaders } from './webhook.ts';

const SECRET = Buffer.alloc(32, 7);
const never = new AbortController().signal;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(handle: RequestListener): Promise<number> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** What ends a wait must not be what the collector takes away. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('the collector cannot be called');
  collect();
}

const send = (url: string, allowPrivate = true, timeoutMs = 30_000) =>
  sendWebhook(
    { id: 'msg_1', url, body: '{"a":1}' },
    { secret: SECRET, allowPrivate, timeoutMs, now: () => 1_700_000_000_999 },
    never,
  );

test('the signature is what receivers compute from id, timestamp and body', () => {
  const headers = signedHeaders({ id: 'msg_1', url: '', body: '{"a":1}' }, SECRET, 1_700_000_000_999);
  const expected = createHmac('sha256', SECRET).update('msg_1.1700000000.{"a":1}').digest('base64');
  expect(headers).toEqual({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${expected}`,
  });
});

test('a delivery arrives signed and whole, and 2xx means taken', async () => {
  const seen: unknown[] = [];
  const port = await listen(async (request, response) => {
    seen.push([request.method, request.headers['webhook-id'], await textOf(request)]);
    response.writeHead(204).end();
  });
  expect(await send(`http://127.0.0.1:${port}/hook`)).toEqual({ kind: 'taken' });
  expect(seen).toEqual([['POST', 'msg_1', '{"a":1}']]);
});

test('everything else is a failure: errors, redirects that are not followed, silence, nobody there', async () => {
  let hits = 0;
  const port = await listen((request, response) => {
    hits += 1;
    if (request.url === '/silent') return collectGarbage();
    if (request.url === '/moved') response.writeHead(307, { location: '/elsewhere' }).end();
    else response.writeHead(request.url === '/gone' ? 410 : 500).end();
  });
  const at = (path: string, timeoutMs?: number) => send(`http://127.0.0.1:${port}${path}`, true, timeoutMs);
  expect(await at('/broken')).toEqual({ kind: 'failed', why: 'HTTP 500', isFinal: false });
  expect(await at('/moved')).toEqual({ kind: 'failed', why: 'HTTP 307', isFinal: false });
  expect(await at('/gone')).toEqual({ kind: 'failed', why: 'HTTP 410', isFinal: true });
  expect(await at('/silent', 300)).toMatchObject({ kind: 'failed', isFinal: false });
  expect(hits).toBe(4);
  expect(await send('http://127.0.0.1:1/hook')).toMatchObject({ kind: 'failed', isFinal: false });
});

test('a private address is never called unless that is allowed, by number or by name', async () => {
  let hits = 0;
  const port = await listen((_request, response) => {
    hits += 1;
    response.end();
  });
  expect(await send(`http://127.0.0.1:${port}/`, false)).toMatchObject({ kind: 'failed', isFinal: true });
  expect(await send(`http://localhost:${port}/`, false)).toMatchObject({ kind: 'failed', isFinal: true });
  expect(hits).toBe(0);
});

test.each([
  ['ftp://example.org/', 'it is neither https nor http'],
  ['https://user:pass@example.org/', 'it holds credentials'],
  ['nothing', 'it is no URL'],
  ['http://169.254.169.254/latest', 'it is a private address'],
  ['http://[::1]/', 'it is a private address'],
  ['http://2130706433/', 'it is a private address'],
  ['https://example.org/hook', undefined],
])('%s as a place to call: %s', (url, why) => {
  expect(refusedUrl(url, false)).toBe(why);
});

test.each([
  ...[
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '224.0.0.1',
  ],
  ...[
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fd00::1',
    'fe80::1%eth0',
  ],
  ...['2002:7f00:1::', 'ff02::1', 'no address'],
])('%s is private', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111'])('%s is not', (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});
