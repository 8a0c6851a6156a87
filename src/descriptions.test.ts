import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { RequestContext } from './dialects/dialect.ts';
import { JOB_STATUSES } from './dialects/job-payload.ts';
import { LEGACY_STATUSES } from './dialects/legacy-task.ts';
import { MODERN_STATUSES } from './dialects/modern-task.ts';
import { bareSchema, durationText } from './dialects/schema-mode.ts';
import { type ConfigInput, createServer } from './server.ts';
import { createSilentLog } from './telemetry/log.ts';

const DIALECTS = ['blocking', 'handle', 'grace', 'tasks-2025-11-25', 'tasks-2026-07-28'] as const;
type DialectName = (typeof DIALECTS)[number];

/** Settings that are nobody's default. */
const TIMES: ConfigInput = {
  polling: { intervalMs: 750 },
  state: { ttlSeconds: 5_400, store: 'memory' },
  execution: { slaSeconds: 45 },
};

const listSchema = z.object({
  tools: z.array(
    z.looseObject({ name: z.string(), description: z.string().optional(), inputSchema: z.looseObject({}) }),
  ),
});

const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
};

/** Asks a whole server, without a transport. */
async function openServer(dialect: DialectName, server: ConfigInput['server'] = {}) {
  const log = createSilentLog();
  const config: ConfigInput = { ...TIMES, server: { dialect, ...server }, transport: { kind: 'none' } };
  const whole = await createServer({ config, log });
  await whole.start();
  const context: RequestContext = {
    principal: 'alice',
    transport: 'http',
    session: { id: 's' },
    signal: new AbortController().signal,
    notify: () => {},
  };
  return {
    async ask(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
      const message = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: MODERN_META } } as const;
      const answer = await whole.dialect.handle(message, context);
      if (answer === undefined || !('result' in answer)) throw new Error(`no result: ${JSON.stringify(answer)}`);
      return answer.result;
    },
    [Symbol.asyncDispose]: () => whole[Symbol.asyncDispose](),
  };
}

async function toolsOf(dialect: DialectName, server: ConfigInput['server'] = {}) {
  await using open = await openServer(dialect, server);
  return listSchema.parse(await open.ask('tools/list')).tools;
}

describe('explicit', () => {
  test.each(DIALECTS)('%s: descriptions say the times that the server is set to', async (dialect) => {
    for (const { name, description = '', inputSchema } of await toolsOf(dialect)) {
      const isFollower = /^(resolve|answer|cancel)_/.test(name);
      if (!isFollower) expect(description).toContain('90 minutes from the');
      if (!isFollower && dialect !== 'blocking') expect(description).toMatch(/(Poll|Look) every 750 ms/);
      if (!isFollower) expect(JSON.stringify(inputSchema)).toContain('after max_wait_seconds, 45 s unless given');
      expect(description).not.toMatch(/\b(24 hours|500 ms|120)\b/);
    }
  });

  test('they are the times of a receipt, in both revisions of tasks', async () => {
    const call = { name: 'effect', arguments: { token: 't', ms: 0 } };
    await using modern = await openServer('tasks-2026-07-28');
    expect(await modern.ask('tools/call', call)).toMatchObject({ pollIntervalMs: 750, ttlMs: 5_400_000 });
    await using legacy = await openServer('tasks-2025-11-25');
    const receipt = await legacy.ask('tools/call', { ...call, task: {} });
    expect(receipt).toMatchObject({ task: { pollInterval: 750, ttl: 5_400_000 } });
  });

  test.each([
    ['tasks-2025-11-25', LEGACY_STATUSES],
    ['tasks-2026-07-28', MODERN_STATUSES],
    ['grace', MODERN_STATUSES],
    ['handle', JOB_STATUSES],
  ] as const)('%s: descriptions list its own statuses, and no other', async (dialect, { open, final }) => {
    const [first] = await toolsOf(dialect);
    const line = first?.description?.split('\n').find((text) => text.startsWith('States:'));
    expect(line).toMatch(`States: ${open.join(', ')} (not final: look again); ${final.join(', ')} (final`);
  });

  test('a call that blocks speaks of no receipts, states or polls', async () => {
    for (const { description } of await toolsOf('blocking')) {
      expect(description).not.toMatch(/receipt|States:|tasks\/|Poll every/);
      expect(description).toMatch(/waits until the work is done/);
    }
  });

  test('grace names its own window', async () => {
    const [first] = await toolsOf('grace', { graceMs: 1_500 });
    expect(first?.description).toContain('within 1500 ms');
  });
});

describe('bare', () => {
  test.each(DIALECTS)('%s: the same tools with names and types alone', async (dialect) => {
    const explicit = await toolsOf(dialect);
    const bare = await toolsOf(dialect, { schema: 'bare' });
    expect(bare.map(({ name }) => name)).toEqual(explicit.map(({ name }) => name));
    for (const [index, tool] of bare.entries()) {
      expect(Object.keys(tool).filter((key) => key !== 'execution')).toEqual(['name', 'inputSchema']);
      expect(JSON.stringify(tool)).not.toContain('"description":"');
      expect(tool.inputSchema.required).toEqual(explicit[index]?.inputSchema.required);
    }
  });

  test('leaves whether a tool is called as a task, which the protocol reads', async () => {
    const [first] = await toolsOf('tasks-2025-11-25', { schema: 'bare' });
    expect(first?.execution).toEqual({ taskSupport: 'optional' });
  });

  test('has no instructions, unless somebody wrote some', async () => {
    const greet = async (server: ConfigInput['server']) => {
      await using open = await openServer('tasks-2026-07-28', server);
      return z.looseObject({ instructions: z.string().optional() }).parse(await open.ask('server/discover'))
        .instructions;
    };
    expect(await greet({})).toMatch(/idempotency_key/);
    expect(await greet({ schema: 'bare' })).toBeUndefined();
    expect(await greet({ schema: 'bare', instructions: 'Mine.' })).toBe('Mine.');
  });
});

test('a bare schema keeps what may be sent, also properties that are named like a keyword', () => {
  const schema = {
    type: 'object',
    title: 'T',
    properties: {
      description: { type: 'string', description: 'words', default: 'x', enum: ['a', 'b'] },
      title: { type: 'array', items: { type: 'integer', title: 't', minimum: 1 } },
    },
    required: ['title'],
    allOf: [{ if: { properties: { description: { const: 'a' } } } }],
  };
  expect(bareSchema(schema)).toEqual({
    type: 'object',
    properties: {
      description: { type: 'string', enum: ['a', 'b'] },
      title: { type: 'array', items: { type: 'integer', minimum: 1 } },
    },
    required: ['title'],
    allOf: [{ if: { properties: { description: { const: 'a' } } } }],
  });
});

test.each([
  [500, '500 ms'],
  [1_500, '1500 ms'],
  [30_000, '30 s'],
  [120_000, '2 minutes'],
  [86_400_000, '24 hours'],
  [604_800_000, '7 days'],
  [172_800_001, '172800001 ms'],
])('%d ms is told as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
