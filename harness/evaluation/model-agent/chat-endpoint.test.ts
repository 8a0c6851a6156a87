import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../model/clock.ts';
import { createPrng } from '../../model/prng.ts';
import { completionsUrl, openChatEndpoint } from './chat-endpoint.ts';
import { readChatResponse } from './chat-response.ts';
import { retryAfterMs } from './retry-after.ts';
import { completion, openScriptedEndpoint, type Scripted } from './testing/scripted-endpoint.ts';

const SOON = { 'retry-after': '0' };
const KEY = 'sk-secret';

/** Asks once, of an endpoint that does one thing after the other, and the last one for ever. */
async function ask(script: readonly Scripted[], signal = new AbortController().signal, timeoutMs = 60_000) {
  await using endpoint = await openScriptedEndpoint((_, index) => script[index] ?? script.at(-1) ?? 'close');
  await using client = openChatEndpoint({
    ...{ baseUrl: new URL(endpoint.url), model: 'm', apiKey: KEY, timeoutMs },
    ...{ clock: createSystemClock(), draw: createPrng(1) },
  });
  const answer = await client.ask({ turn: 1, messages: [{ role: 'user', content: 'Hello.' }], tools: [] }, signal);
  return { answer, statuses: answer.attempts.map(({ status }) => status), requests: endpoint.requests };
}

describe('an endpoint', () => {
  it('is asked as OpenAI’s is, and says what it used', async () => {
    const { answer, requests } = await ask([completion('Hi.', [], { prompt_tokens: 7, completion_tokens: 2 })]);
    expect(answer.outcome).toMatchObject({
      kind: 'message',
      message: { role: 'assistant', content: 'Hi.' },
      usage: { input: 7, output: 2, isEstimated: false },
    });
    expect(requests).toEqual([
      {
        asked: { model: 'm', messages: [{ role: 'user', content: 'Hello.' }], tools: [] },
        authorization: `Bearer ${KEY}`,
      },
    ]);
  });

  it('has its tokens counted by bytes when it does not count them', async () => {
    const { answer } = await ask([completion('Hi.')]);
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello.' }] });
    expect(answer.outcome).toMatchObject({ usage: { input: Math.ceil(body.length / 4), isEstimated: true } });
  });

  it('is asked again after what passes, and not after what does not', async () => {
    const passing = await ask([
      { status: 429, body: '', headers: SOON },
      { status: 500, body: 'oops', headers: SOON },
      'close',
      { status: 200, body: '<html>' },
      completion('Hi.'),
    ]);
    expect(passing.statuses).toEqual([429, 500, null, 200, 200]);
    expect(passing.answer.outcome.kind).toBe('message');
    const refused = await ask([{ status: 401, body: `{"error":"wrong key ${KEY}"}` }]);
    expect(refused.statuses).toEqual([401]);
    expect(refused.answer.outcome).toMatchObject({ kind: 'failed', why: expect.stringContaining('HTTP 401') });
    expect(JSON.stringify(refused.answer)).not.toContain(KEY);
  });

  it('is given up when it goes on failing, hangs, or asks for more patience than there is', async () => {
    const failing = await ask([{ status: 503, body: '', headers: SOON }]);
    expect(failing.statuses).toEqual([503, 503, 503, 503, 503]);
    expect(failing.answer.outcome).toMatchObject({ kind: 'failed', why: expect.stringContaining('(5 attempts)') });
    const hanging = await ask(['hang'], new AbortController().signal, 500);
    expect(hanging.answer.outcome).toMatchObject({
      why: expect.stringContaining('no answer within 0.5 s (2 attempts)'),
    });
    const later = await ask([{ status: 429, body: '', headers: { 'retry-after': '86400' } }]);
    expect(later.answer.outcome).toMatchObject({ why: expect.stringContaining('come back in 86400 s') });
    const away = await ask([{ status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }]);
    expect(away.answer.outcome).toMatchObject({ kind: 'failed', why: expect.stringContaining('HTTP 302') });
  });

  it('is left alone when the run is interrupted', async () => {
    const interrupt = new AbortController();
    const asking = ask(['hang'], interrupt.signal);
    interrupt.abort(new Error('interrupted'));
    expect((await asking).answer.outcome).toEqual({ kind: 'stopped', why: 'interrupted' });
  });

  it.each([
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/v1/chat/completions'],
    ['http://127.0.0.1:1/v1/', 'http://127.0.0.1:1/v1/chat/completions'],
    ['https://x.test/openai/v2', 'https://x.test/openai/v2/chat/completions'],
    ['https://x.test/v1/chat/completions?version=1', 'https://x.test/v1/chat/completions?version=1'],
  ])('is found at %s', (base, expected) => {
    expect(completionsUrl(new URL(base)).href).toBe(expected);
  });
});

describe('a response', () => {
  it.each([
    ['', 'the answer is not JSON: it is empty'],
    ['<html>Welcome</html>', 'the answer is not JSON: "<html>Welcome</html>"'],
    ['null', 'the answer is no chat completion (body:'],
    ['{"choices":[]}', 'the answer is no chat completion (choices:'],
    ['{"choices":[{"message":{"tool_calls":[{"function":{}}]}}]}', 'choices.0.message.tool_calls.0.function.name'],
  ])('that is %s is garbage', (text, why) => {
    expect(readChatResponse(text, 1)).toMatchObject({ kind: 'garbage', why: expect.stringContaining(why) });
  });

  it('is taken as endpoints differ in giving it', () => {
    const call = (id: string | null, args: unknown) => ({ id, function: { name: 'f', arguments: args } });
    const message = {
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      tool_calls: [call('x', '{"a":1}'), call('x', { a: 2 }), call(null, null)],
    };
    const text = JSON.stringify({ choices: [{ message }], usage: { prompt_tokens: 'many' } });
    const named = (id: string, args: string) => ({ id, type: 'function', function: { name: 'f', arguments: args } });
    expect(readChatResponse(text, 3)).toEqual({
      kind: 'message',
      message: {
        role: 'assistant',
        content: 'ab',
        tool_calls: [named('x', '{"a":1}'), named('call_3_2', '{"a":2}'), named('call_3_3', '{}')],
      },
      usage: null,
    });
  });
});

describe('Retry-After', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['soon', null],
    ['2', 2000],
    ['Thu, 01 Jan 1970 00:00:05 GMT', 4000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('%s asks to wait %s ms', (header, ms) => {
    expect(retryAfterMs(header, 1000)).toBe(ms);
  });
});
