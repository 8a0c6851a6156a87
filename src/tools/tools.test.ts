import { describe, expect, test } from 'vitest';
import { RpcFailure } from '../tasks/rpc-failure.ts';
import { createRecordingLedger } from '../tasks/testing/engine-kit.ts';
import { publishedSchema, splitCall, TOOLS } from './index.ts';
import type { Tool } from './tool.ts';

interface Run {
  readonly sleeps: readonly number[];
  readonly notes: readonly string[];
  readonly asked: readonly string[];
  readonly ledger: ReturnType<typeof createRecordingLedger>;
  readonly result: ReturnType<Tool['run']>;
}

type Answer = Readonly<Record<string, unknown>>;

function start(
  tool: Tool,
  args: Readonly<Record<string, unknown>>,
  { signal = new AbortController().signal, answer }: { readonly signal?: AbortSignal; readonly answer?: Answer } = {},
): Run {
  const sleeps: number[] = [];
  const notes: string[] = [];
  const asked: string[] = [];
  const ledger = createRecordingLedger();
  const call = splitCall(tool, args);
  if (!call.ok) throw new Error(call.message);
  const result = tool.run(call.parts.arguments, {
    taskId: 'task',
    effectKey: 'key',
    signal,
    effects: ledger,
    progress: (message) => notes.push(message),
    async ask(questions) {
      const keys = Object.keys(questions);
      asked.push(...keys);
      if (answer === undefined) throw new Error(`asked for ${keys.join(', ')}, and nobody answers`);
      return Object.fromEntries(keys.map((key) => [key, answer]));
    },
    async sleep(ms) {
      signal.throwIfAborted();
      sleeps.push(ms);
    },
  });
  return { sleeps, notes, asked, ledger, result };
}

const workloads = Object.entries(TOOLS).filter(([name]) => name !== 'effect');

describe.each(Object.entries(TOOLS))('tool %s', (name, tool) => {
  test('is registered under its name, with a schema that asks for a token and takes the two common arguments', () => {
    expect(tool.name).toBe(name);
    const schema = publishedSchema(tool);
    expect(schema.required).toEqual(['token']);
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(['token', 'ms', 'idempotency_key', 'max_wait_seconds']),
    );
    expect(schema.additionalProperties).toBe(false);
  });

  test('its description says what it does, and what a second call of it does to its effect', () => {
    expect(tool.description).toMatch(/\.$/);
    expect(tool.repeating).toMatch(/crash/);
  });

  test.each([
    [{}, /arguments\.token/],
    [{ token: '' }, /arguments\.token/],
    [{ token: 't', ms: -1 }, /arguments\.ms/],
    [{ token: 't', ms: 600_001 }, /arguments\.ms/],
    [{ token: 't', ms: 1.5 }, /arguments\.ms/],
    [{ token: 't', nonsense: 1 }, /nonsense/],
    [{ token: 't', idempotency_key: '' }, /idempotency_key/],
    [{ token: 't', idempotency_key: 'a\u0000b' }, /idempotency_key/],
    [{ token: 't', idempotency_key: '\ud800' }, /idempotency_key/],
    [{ token: 't', max_wait_seconds: 0 }, /max_wait_seconds/],
    [{ token: 't', max_wait_seconds: '5' }, /max_wait_seconds/],
    [null, /expected an object/],
    [[], /expected an object/],
  ])('refuses %j with one line that says where', (args, pattern) => {
    const call = splitCall(tool, args);
    expect(call.ok).toBe(false);
    if (!call.ok) expect(call.message).toMatch(pattern);
    if (!call.ok) expect(call.message).not.toContain('\n');
  });

  test('asks nothing unless it is told to; told to, it asks before it acts', async () => {
    const accept = { action: 'accept', content: { approve: true } };
    expect((await askedBy({ token: 't', ms: 0 })).asked).toEqual([]);
    const both = await askedBy({ token: 't', ms: 0, ask: true, ask_first: true }, accept);
    expect(both).toEqual({ asked: ['approval-before-start', 'approval'], committed: ['t'], isError: undefined });
    const declared = tool.questions?.({ token: 't', ms: 0, ask: true, ask_first: true, mode: 'repeatable' });
    expect([declared?.first, declared?.later].map((questions) => Object.keys(questions ?? {}))).toEqual([
      ['approval-before-start'],
      ['approval'],
    ]);
  });

  test.each([
    [{ action: 'decline' }, /declined/],
    [{ action: 'cancel' }, /did not want to answer/],
    [{ action: 'accept', content: { approve: false } }, /did not approve/],
    [{ action: 'accept', content: { approve: 'yes' } }, /no boolean approve/],
    [{ action: 'accept' }, /no boolean approve/],
  ])('answered with %j it does nothing and says so', async (answer, why) => {
    const run = start(tool, { token: 't', ms: 5, ask: true }, { answer });
    const result = await run.result;
    expect(result).toMatchObject({ isError: true, structuredContent: { token: 't', tool: name, approved: false } });
    expect(result.content[0]?.text).toMatch(why);
    expect([run.sleeps, run.ledger.begun, run.ledger.committed]).toEqual([[], [], []]);
  });

  async function askedBy(args: Readonly<Record<string, unknown>>, answer?: Answer) {
    const run = start(tool, args, answer === undefined ? {} : { answer });
    const { isError } = await run.result;
    return { asked: run.asked, committed: run.ledger.committed, isError };
  }

  test('splits a call into its own arguments and the options', () => {
    const call = splitCall(tool, { token: 't', idempotency_key: 'schlüssel 1', max_wait_seconds: 1.0005 });
    expect(call).toMatchObject({ ok: true, parts: { tool: name, idempotencyKey: 'schlüssel 1', maxWaitMs: 1_001 } });
    if (call.ok) expect(call.parts.arguments).toMatchObject({ token: 't', ms: 600 });
    if (call.ok) expect(Object.keys(call.parts.arguments)).not.toContain('idempotency_key');
    expect(splitCall(tool, { token: 't' })).toMatchObject({ parts: { idempotencyKey: null, maxWaitMs: null } });
  });
});

describe.each(workloads)('workload %s', (_name, tool) => {
  test('takes exactly the time it was told, leaves one effect, and brings its token back', async () => {
    const run = start(tool, { token: 'tok-1', ms: 1_001 });
    const result = await run.result;
    expect(run.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(1_001);
    expect(run.sleeps.length).toBeGreaterThan(2);
    expect(run.notes).toHaveLength(run.sleeps.length);
    expect(run.ledger).toMatchObject({ begun: ['tok-1'], committed: ['tok-1'] });
    expect(result.structuredContent).toMatchObject({ token: 'tok-1', tool: tool.name });
    expect(result.content[0]?.text).toContain('tok-1');
    expect(result.isError).toBeUndefined();
  });

  test('gives the same result for the same arguments, and another for another token', async () => {
    const [first, second, other] = await Promise.all(
      ['a', 'a', 'b'].map((token) => start(tool, { token, ms: 0 }).result),
    );
    expect(second).toEqual(first);
    expect(other?.structuredContent?.digest).not.toBe(first?.structuredContent?.digest);
  });

  test('stops when it is aborted, without an effect', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    const run = start(tool, { token: 't' }, { signal: stop.signal });
    await expect(run.result).rejects.toThrow('stopped');
    expect(run.ledger.committed).toEqual([]);
  });

  test('may be repeated', () => {
    expect(tool.safeToRepeat({ token: 't' })).toBe(true);
  });
});

test('the workloads do what they say', async () => {
  const data = async (name: string, args: Readonly<Record<string, unknown>>) => {
    const tool = TOOLS[name];
    if (tool === undefined) throw new Error(`expected a tool ${name}`);
    return (await start(tool, { token: 't', ms: 0, ...args }).result).structuredContent;
  };
  expect(await data('analyze_code', { code: 'if (a) {\n  b && c();\n  b && c();\n}\n' })).toMatchObject({
    ...{ lines: 5, branches: 3, depthMax: 1, repeatedLines: 1, lineLengthMax: 11 },
  });
  const imported = await data('import_data', { rows: 500 });
  const { read, rejected, duplicates, imported: kept } = imported ?? {};
  expect([read, Number(rejected) + Number(duplicates) + Number(kept)]).toEqual([500, 500]);
  expect(Number(rejected) > 0 && Number(duplicates) > 0).toBe(true);
  const workflow = await data('run_workflow', { items: 11 });
  expect(workflow).toMatchObject({ parcelCount: 2 });
  expect(await data('search_pipeline', { query: 'nonexistentword' })).toMatchObject({ matched: 0, hits: [] });
  expect((await data('search_pipeline', { query: 'crash', limit: 3 }))?.hits).toHaveLength(3);
  const browsed = await data('automate_browser', { actions: ['open', 'type', 'click', 'read'] });
  expect(browsed?.trail).toHaveLength(4);
  expect(await data('generate_report', { sections: 2 })).toMatchObject({ topic: 'sales' });
});

describe('effect', () => {
  const { effect } = TOOLS;
  if (effect === undefined) throw new Error('expected a tool named effect');

  test.each([
    ['repeatable', true],
    ['plain', false],
    ['error', false],
    ['throw', false],
    ['exit', false],
    ['burn', false],
  ])('mode %s: safe to repeat is %s', (mode, expected) => {
    expect(effect.safeToRepeat({ mode })).toBe(expected);
  });

  test('plain and repeatable commit; error and throw do not', async () => {
    for (const mode of ['plain', 'repeatable', 'burn']) {
      const run = start(effect, { token: 't', ms: 2, mode });
      expect((await run.result).structuredContent).toEqual({ token: 't', tool: 'effect', mode });
      expect(run.ledger).toMatchObject({ begun: ['t'], committed: ['t'] });
    }
    const failing = start(effect, { token: 't', mode: 'error' });
    expect(await failing.result).toMatchObject({ isError: true, structuredContent: { token: 't' } });
    expect(failing.ledger.committed).toEqual([]);
    const throwing = start(effect, { token: 't', mode: 'throw' });
    await expect(throwing.result).rejects.toThrow(RpcFailure);
    expect(throwing.ledger.committed).toEqual([]);
  });
});
