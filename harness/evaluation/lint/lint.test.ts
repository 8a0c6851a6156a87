import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../../src/server.ts';
import { createSilentLog } from '../../../src/telemetry/log.ts';
import { DIALECT_IDS, type DialectId, hasModernTasks } from '../../model/operation.ts';
import { loadAll } from '../../model/registry.ts';
import type { ServerTool } from '../../wire/dialects/adapter.ts';
import { isObject } from '../../wire/json-rpc.ts';
import { lintRules } from './index.ts';
import { type LintGap, lintServer } from './lint.ts';
import type { KnownRole, ServerDescription } from './lint-rule.ts';

const RULES = await loadAll(lintRules);

interface Told {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly taskSupport?: ServerTool['taskSupport'];
}

const HINTS = { readOnlyHint: false, destructiveHint: false, idempotentHint: false };

function tool(name: string, told: Told = {}): ServerTool {
  const { properties = {}, required = Object.keys(properties) } = told;
  return {
    name,
    description: told.description ?? '',
    inputSchema: { type: 'object', properties, required },
    outputSchema: told.outputSchema ?? null,
    annotations: told.annotations ?? {},
    taskSupport: told.taskSupport ?? 'forbidden',
  };
}

const text = { type: 'string' };

function server(tools: readonly ServerTool[], over: Partial<ServerDescription> = {}): ServerDescription {
  return { dialect: 'blocking', instructions: '', known: new Map(), tools, ...over };
}

function lint(tools: readonly ServerTool[], over: Partial<ServerDescription> = {}) {
  return lintServer(server(tools, over), RULES);
}

function rolesOf(tools: readonly ServerTool[], over: Partial<ServerDescription> = {}): Record<string, string> {
  return Object.fromEntries(lint(tools, over).tools.map(({ name, role }) => [name, role]));
}

/** What one rule finds missing of a tool that may be called as a task, beside good annotations. */
function missing(rule: string, description: string, told: Told = {}): string[] {
  const one = tool('work', { annotations: HINTS, taskSupport: 'optional', ...told, description });
  return lint([one], { dialect: 'tasks-2025-11-25' })
    .gaps.filter((gap) => gap.rule === rule)
    .map((gap) => gap.missing);
}

/** The tools of the reference server, as a client is shown them. */
async function referenceTools(dialect: DialectId, schema: 'bare' | 'explicit'): Promise<ServerDescription> {
  const config = { server: { dialect, schema }, transport: { kind: 'none' }, state: { store: 'memory' } } as const;
  await using whole = await createServer({ config, log: createSilentLog() });
  await whole.start();
  const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const answer = await whole.dialect.handle(
    { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta } },
    {
      ...{ principal: 'p', transport: 'stdio', session: { id: 's' } },
      ...{ signal: new AbortController().signal, notify: () => {} },
    },
  );
  const result = answer !== undefined && 'result' in answer ? answer.result : null;
  const listed = isObject(result) && Array.isArray(result.tools) ? result.tools : [];
  const tools = listed.filter(isObject).map((one): ServerTool => {
    const { execution, annotations, outputSchema, inputSchema } = one;
    return {
      name: String(one.name),
      description: typeof one.description === 'string' ? one.description : '',
      inputSchema: isObject(inputSchema) ? inputSchema : {},
      outputSchema: isObject(outputSchema) ? outputSchema : null,
      annotations: isObject(annotations) ? annotations : {},
      taskSupport: isObject(execution) && execution.taskSupport === 'optional' ? 'optional' : 'forbidden',
    };
  });
  return server(tools, { dialect });
}

/** The same server with every example put where it belongs. */
function filled(before: ServerDescription, gaps: readonly LintGap[]): ServerDescription {
  const tools = before.tools.map((one) => {
    const own = gaps.filter((gap) => gap.tool === one.name);
    const said = own.filter(({ place }) => place === 'description').map(({ example }) => example);
    const hints = own.filter(({ place }) => place === 'annotations').map(({ example }): unknown => JSON.parse(example));
    return {
      ...one,
      description: [one.description, ...said].join('\n'),
      annotations: Object.assign({}, one.annotations, ...hints),
    };
  });
  return { ...before, tools };
}

describe.each(DIALECT_IDS)('the reference server in dialect %s', (dialect) => {
  it('leaves nothing unsaid in explicit mode', async () => {
    const found = lintServer(await referenceTools(dialect, 'explicit'), RULES);
    expect(found.gaps).toEqual([]);
    expect(found.plain).toEqual([]);
    expect(found.tools.length).toBeGreaterThanOrEqual(dialect === 'handle' ? 4 : 7);
  });

  it('has a gap in bare mode for every tool and every rule that applies to it', async () => {
    const explicit = lintServer(await referenceTools(dialect, 'explicit'), RULES);
    const bare = lintServer(await referenceTools(dialect, 'bare'), RULES);
    const asGaps = explicit.tools.map(({ rules, ...one }) => ({
      ...one,
      rules: Object.fromEntries(Object.entries(rules).map(([id, answer]) => [id, answer === 'met' ? 'gap' : answer])),
    }));
    expect(bare.tools.map(({ why: _, ...one }) => one)).toEqual(asGaps.map(({ why: _, ...one }) => one));
    const asked = new Set(bare.gaps.map(({ rule }) => rule));
    expect([...asked].sort()).toEqual(dialect === 'blocking' ? ['T1', 'T3', 'T4'] : Object.keys(lintRules));
  });

  it('passes once its bare descriptions are given the examples of their gaps', async () => {
    const bare = await referenceTools(dialect, 'bare');
    const { gaps } = lintServer(bare, RULES);
    expect(lintServer(filled(bare, gaps), RULES).gaps).toEqual([]);
  });
});

describe('which tools are judged', () => {
  it('leaves tools alone that answer at once', () => {
    const plain = [
      tool('echo', { description: 'Echoes back the input string.', properties: { message: text } }),
      tool('get_weather', { description: 'Returns the weather of a city now.', properties: { city: text } }),
      tool('create_event', { description: 'Creates an event.', properties: { start: text, duration: text } }),
      tool('create_poll', { description: 'Creates a poll with options.', properties: { question: text } }),
    ];
    expect(lint(plain)).toMatchObject({ tools: [], gaps: [], plain: plain.map(({ name }) => name) });
    expect(rolesOf(plain.slice(0, 2), { dialect: 'tasks-2026-07-28' })).toEqual({});
  });

  it('takes no list of errands for work', () => {
    const id = { task_id: text };
    const todo = [
      tool('create_task', {
        description: 'Creates a task in a list and returns its task id.',
        properties: { title: text },
      }),
      tool('get_task', { description: 'Returns a task.', properties: id }),
      tool('update_task_status', { description: 'Marks a task as done.', properties: { ...id, status: text } }),
      tool('delete_task', { description: 'Deletes a task.', properties: id }),
    ];
    expect(rolesOf(todo)).toEqual({});
  });

  it.each([
    ['start_render', 'job_status', 'cancel_job', 'job'],
    ['submitJob', 'getJobResult', 'abortJob', 'jobId'],
    ['run-workflow', 'get-workflow-run', 'cancel-workflow-run', 'run_id'],
    ['launch_execution', 'describe_execution', 'stop_execution', 'execution_ref'],
    ['enqueue_export', 'poll_export', 'kill_export', 'export_id'],
  ])('finds the job handle of %s, %s and %s', (start, status, cancel, reference) => {
    const tools = [
      tool(start, { description: 'Does it, and answers with a job id.', properties: { topic: text } }),
      tool(status, { properties: { [reference]: text } }),
      tool(cancel, { properties: { [reference]: text } }),
      tool('list_things'),
    ];
    expect(rolesOf(tools)).toEqual({ [start]: 'start', [status]: 'status', [cancel]: 'cancel' });
  });

  it('finds work that declares itself a task, work that is told to be long, and work with a limit', () => {
    const tools = [
      tool('research', { taskSupport: 'required' }),
      tool('simulate', { description: 'Runs a long-running simulation.' }),
      tool('crawl', { properties: { url: text, timeout_ms: { type: 'integer' } } }),
      tool('transcode', { description: 'Starts to transcode in the background.' }),
    ];
    expect(rolesOf(tools, { dialect: 'tasks-2025-11-25' })).toEqual({
      ...{ research: 'task', simulate: 'slow', crawl: 'slow', transcode: 'start' },
    });
  });

  it('on a server that may turn any call into a task, takes the same signs for a task', () => {
    const tools = [tool('render', { properties: { ms: { type: 'integer' } } }), tool('echo'), tool('mine')];
    const known = new Map<string, KnownRole>([['mine', { role: 'work', why: 'somebody said so' }]]);
    expect(rolesOf(tools, { dialect: 'tasks-2026-07-28', known })).toEqual({ render: 'task', mine: 'task' });
    expect(rolesOf(tools, { known })).toEqual({ mine: 'slow' });
  });
});

describe('what counts as said', () => {
  const cases: readonly (readonly [rule: string, words: string, missing: readonly string[]])[] = [
    ['T1', 'Returns at once a receipt. The result comes later.', []],
    ['T1', 'Answers with a task id; poll until it is done and fetch the result.', []],
    ['T1', 'Returns a report.', ['does not say what a call answers with now', expect.stringContaining('comes later')]],
    ['T1', 'Returns immediately with a handle.', [expect.stringContaining('comes later')]],
    ['T2', 'States: working, input_required; completed, failed and cancelled are final.', []],
    ['T2', '- `working`: going on\n- `input_required`: asks\n- `completed`, `failed`, `canceled`: terminal', []],
    [
      'T2',
      'Status is working, completed or failed.',
      [expect.stringMatching(/input_required.*cancelled/), expect.stringContaining('final')],
    ],
    [
      'T2',
      'The work may have failed.',
      ['does not list the states that work can be in', 'does not say which states are final'],
    ],
    ['T3', 'The same idempotency_key gives the same task.', []],
    ['T3', 'Calling it twice does the work twice.', []],
    ['T3', 'Writes a report.', ['does not say what calling it again does, and takes no idempotency key']],
    ['T4', 'Fails with isError; times out after 30 s; cancelled work gives nothing; an expired id is refused.', []],
    [
      'T4',
      'Fails with isError.',
      [expect.stringContaining('timeout'), expect.stringContaining('cancelled'), expect.stringContaining('expired')],
    ],
    ['T5', 'tasks/get tells the state, tasks/cancel stops it. A late result continues the original call.', []],
    ['T5', 'Poll the task for its state. It cannot be cancelled.', [expect.stringContaining('late result')]],
    ['T6', 'Poll every 5 seconds. Results are kept for 24 hours.', []],
    ['T6', 'Check again after 2 min; the result expires with the session.', []],
    ['T6', 'Wait as pollInterval says; ttl says how long the result is kept.', []],
    [
      'T6',
      'The call times out after 30 s.',
      ['does not say how often to look for the result', 'does not say how long the result is kept'],
    ],
  ];
  it.each(cases)('%s: "%s"', (rule, words, wanted) => {
    expect(missing(rule, words)).toEqual(wanted);
  });

  it('is also what the arguments and the output are described as', () => {
    const properties = { key: { type: 'string', description: 'Makes the call idempotent.' } };
    expect(missing('T3', 'Writes.', { properties })).toEqual([]);
    const outputSchema = {
      type: 'object',
      properties: { poll_after_ms: {}, expires_at: {}, nested: { type: 'object', properties: { is_terminal: {} } } },
    };
    expect(missing('T6', 'Writes.', { outputSchema })).toEqual([]);
    expect(missing('T2', 'Writes.', { outputSchema })).toEqual(['does not list the states that work can be in']);
  });

  it('names the argument that nobody explains', () => {
    const properties = { idempotency_key: text };
    expect(missing('T3', 'Writes.', { properties })).toEqual(['does not say what its argument idempotency_key does']);
  });

  it('asks nothing of the effects of a tool that only reads, and names the annotations that are not there', () => {
    expect(missing('T3', 'Reads.', { annotations: { readOnlyHint: true } })).toEqual([]);
    expect(missing('T3', 'The same call again does it again.', { annotations: { readOnlyHint: false } })).toEqual([
      'has no annotation destructiveHint, idempotentHint, so nobody knows what a call changes',
    ]);
  });

  it('may stand in the instructions, unless they speak of another tool', () => {
    const work = tool('work', { taskSupport: 'optional' });
    const t6 = (instructions: string) =>
      lint([work, tool('other')], { dialect: 'tasks-2025-11-25', instructions }).gaps.filter(
        ({ rule }) => rule === 'T6',
      );
    expect(t6('Poll tasks every 5 s. Results are kept for 24 hours.')).toEqual([]);
    expect(t6('Poll other every 5 s. The result of `no-such-tool` is kept for 24 hours.')).toHaveLength(2);
  });

  it('of a job handle, is what its tools say together', () => {
    const start = tool('start_job', { description: 'Returns now a job id; get the result from job_status.' });
    const status = (description: string) => [start, tool('job_status', { description, properties: { job: text } })];
    const of = (tools: readonly ServerTool[], rule: string) =>
      lint(tools).gaps.filter((gap) => gap.rule === rule && gap.tool === 'start_job');
    expect(of(status('Look every 5 s. A result is kept until the server restarts.'), 'T6')).toEqual([]);
    expect(of(status(''), 'T6')).toHaveLength(2);
    expect(of(status(''), 'T5').map(({ missing: words }) => words)).toEqual([
      'has no partner that stops its work, and does not say so',
      'does not say that a late result continues the original call',
    ]);
    expect(lint(status('')).tools[0]?.rules.T2).toBe('not-applicable');
  });

  it('of work whose state no tool tells, says that such a tool is missing', () => {
    const [gap] = lint([tool('transcode', { description: 'Transcodes in the background.' })]).gaps.filter(
      ({ rule }) => rule === 'T5',
    );
    expect(gap).toMatchObject({ place: 'tools', missing: expect.stringContaining('no tool takes a reference to it') });
  });
});

it('takes any tool list, whatever is in it', () => {
  const anyTool = fc.record({
    name: fc.oneof(fc.string(), fc.constantFrom('start_job', 'job_status', 'cancel_job')),
    description: fc.oneof(fc.string(), fc.constant('a '.repeat(50_000)), fc.constant('`*- '.repeat(20_000))),
    inputSchema: fc.dictionary(fc.constantFrom('properties', 'required', 'type', 'x'), fc.jsonValue({ maxDepth: 4 })),
    outputSchema: fc.option(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))),
    annotations: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 })),
    taskSupport: fc.constantFrom('forbidden', 'optional', 'required'),
  });
  fc.assert(
    fc.property(fc.array(anyTool, { maxLength: 4 }), fc.constantFrom(...DIALECT_IDS), (tools, dialect) => {
      const found = lint(tools, { dialect, instructions: tools[0]?.description ?? '' });
      expect(found.tools.length + found.plain.length).toBe(tools.length);
      // Whatever a gap is of was judged.
      for (const gap of found.gaps) expect(found.tools.map(({ name }) => name)).toContain(gap.tool);
      if (!hasModernTasks(dialect))
        expect(found.tools.every(({ why }) => !why.includes('the server has tasks'))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('gives the same findings for the same list, and leaves the list as it is', () => {
  const tools = [tool('research', { taskSupport: 'required' })];
  const before = JSON.stringify(tools);
  expect(lint(tools)).toEqual(lint(tools));
  expect(JSON.stringify(tools)).toBe(before);
});
