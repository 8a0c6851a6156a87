import { createServer as createHttpServer } from 'node:http';
import { expect, test } from 'vitest';
import { createServer } from './server.ts';
import { createSilentLog } from './telemetry/log.ts';
import { postModern } from './testing/modern-client.ts';
import { signedHeaders } from './transports/webhook.ts';

const KEY = Buffer.alloc(32, 9);
const SECRET = `whsec_${KEY.toString('base64')}`;
const call = { name: 'effect', arguments: { token: 't', ms: 5 } };
const callbackTo = (url: string) => ({ 'claimcheck/callback': { url } });

test('the end of a task is told, signed, to where its caller asked, and says what a read says', async () => {
  let resolve = (_delivery: { readonly headers: object; readonly text: string }) => {};
  const delivery = new Promise<Parameters<typeof resolve>[0]>((settle) => {
    resolve = settle;
  });
  await using receiver = createHttpServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    response.writeHead(204).end();
    resolve({ headers: request.headers, text });
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => receiver.once('listening', listening));
  const { port } = Object(receiver.address());
  const config = { state: { store: 'memory' }, callbacks: { secret: SECRET, allowPrivate: true } };
  await using server = await createServer({ config, log: createSilentLog() });
  await server.start();
  const meta = callbackTo(`http://127.0.0.1:${port}/hook`);
  const { taskId } = Object((await postModern(server.url, 'tools/call', { ...call, meta })).body.result);
  const { headers, text } = await delivery;
  const told = JSON.parse(text);
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, ...rest } = Object(headers);
  const signed = signedHeaders({ id, url: '', body: text }, KEY, Number(timestamp) * 1_000);
  expect(rest['webhook-signature']).toBe(signed['webhook-signature']);
  expect(told.type).toBe('task.completed');
  const read = Object((await postModern(server.url, 'tasks/get', { taskId })).body.result);
  const { resultType: _type, _meta, ...shown } = read;
  expect(told.data).toEqual(shown);
});

test.each([
  [{}, 'http://127.0.0.1:1/', 'this server sends none; poll instead'],
  [{ callbacks: { secret: SECRET } }, 'http://127.0.0.1:1/', 'it is a private address'],
  [{ callbacks: { secret: SECRET } }, 'file:///etc/passwd', 'it is neither https nor http'],
])('with %j a callback to %s is refused before anything is started', async (more, url, why) => {
  await using server = await createServer({ config: { state: { store: 'memory' }, ...more }, log: createSilentLog() });
  await server.start();
  const { body } = await postModern(server.url, 'tools/call', { ...call, meta: callbackTo(url) });
  expect(body).toMatchObject({
    error: { code: -32_602, message: `params._meta['claimcheck/callback'].url is refused: ${why}` },
  });
  expect(await server.engine.list('anonymous', { limit: 5 })).toEqual({ tasks: [] });
});
