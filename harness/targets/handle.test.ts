import { beforeAll, describe, expect, it } from 'vitest';
import type { Adapter, OperationInput } from '../wire/dialects/adapter.ts';
import { handle } from '../wire/dialects/handle.ts';
import type { JsonObject } from '../wire/json-rpc.ts';
import { answered, CALL, createInput, errorReply } from '../wire/testing/stage.ts';
import type { RawReply } from '../wire/wire.ts';
import { parseProfile } from './profile-file.ts';
import { referenceProfile, referenceTools } from './reference.ts';
import { createSpokenTarget, toolsOf } from './wire-target.ts';

/** A server of shell jobs, as one finds them: text replies, numbers as ids, exit codes as states. */
const JOBS = `target: { command: node jobs.js }
dialect: handle
handle:
  start:
    tool: run_job
    arguments: { command: "work {{token}}" }
    failing: { command: exit 3 }
    takes: 1s
    id: '/^PID: (\\d+)$/m'
    key: idempotency_key
  status:
    tool: job_status
    arguments: { pid: "{{id}}" }
    state: ['/^EXIT_CODE: (\\d+)$/m', '/^STATUS: (\\w+)$/m', $.state]
    completed: ["0", ended]
    failed: ['/^[1-9]\\d*$/']
    cancelled: [killed]
    result: $.result
    missing: { states: [unknown], path: $.error, error: "not found|No tracked" }
  cancel: { tool: kill_job, arguments: { pid: "{{id}}" }, accepted: '/"success":\\s*true/', then: missing }
echo: $.result.token
`;

const text = (words: string, over: JsonObject = {}): RawReply =>
  answered({ result: { content: [{ type: 'text', text: words }], ...over } });
const json = (payload: JsonObject, over: JsonObject = {}): RawReply => text(JSON.stringify(payload), over);

function inputFor(yaml: string, over: Partial<OperationInput> = {}): OperationInput {
  const profile = parseProfile(yaml, 'jobs.yaml');
  const { wireTarget } = createSpokenTarget({
    profile,
    dialect: 'handle',
    tools: toolsOf(profile),
    around: () => ({}),
  });
  const pid = { type: 'object', properties: { pid: { type: 'integer' } } };
  const said = { description: '', inputSchema: pid, outputSchema: null, annotations: {} };
  const described = { name: 'job_status', ...said, taskSupport: 'forbidden' } as const;
  const handshake = { ...createInput('handle').handshake, tools: new Map([['job_status', described]]) };
  return createInput('handle', { target: wireTarget, handshake, task: '4711', ...over });
}

const interpret: Adapter['interpret'] = (op, reply, input) => handle.interpret(op, reply, input);

describe('requests of a job handle', () => {
  const input = inputFor(JOBS, { key: 'key-7' });
  it('start the work with the key as its own argument', () => {
    expect(handle.request('create', { ...input, task: null })).toEqual({
      method: 'tools/call',
      params: { name: 'run_job', arguments: { command: 'work tok-7', idempotency_key: 'key-7' } },
      mcpName: 'run_job',
    });
    const failing = { ...CALL, tool: 'failing' };
    expect(handle.request('create', { ...input, key: null, call: failing })?.params.arguments).toEqual({
      command: 'exit 3',
    });
  });

  it('ask for the state with the id, in the type that the tool wants', () => {
    const shape = {
      method: 'tools/call',
      params: { name: 'job_status', arguments: { pid: 4711 } },
      mcpName: 'job_status',
    };
    expect(handle.request('get', input)).toEqual(shape);
    expect(handle.request('result', input)).toEqual(shape);
    expect(handle.request('cancel', input)?.params).toEqual({ name: 'kill_job', arguments: { pid: '4711' } });
  });

  it('are none without a job, without a cancel tool, and for what handles have not', () => {
    const uncancelled = inputFor(JOBS.replace(/ {2}cancel:.*\n/, ''));
    expect([
      handle.request('get', { ...input, task: null }),
      handle.request('cancel', uncancelled),
      handle.request('list', input),
      handle.request('update', input),
    ]).toEqual([null, null, null, null]);
  });
});

describe('the reply to a start', () => {
  const input = inputFor(JOBS, { task: null });
  it('names the job', () => {
    expect(interpret('create', text('Started\nPID: 4711'), input)).toEqual({ type: 'ok', task: '4711', shape: [] });
  });

  it('with isError is a refusal, by its words', () => {
    const refusal = (words: string) => interpret('create', text(words, { isError: true }), input);
    const told = { type: 'fail', answered: true, shape: [] };
    expect([refusal('no such command'), refusal('queue is full'), refusal('key_conflict: other arguments')]).toEqual([
      { ...told, reason: 'refused', message: 'no such command' },
      { ...told, reason: 'full', message: 'queue is full' },
      { ...told, reason: 'conflict', message: 'key_conflict: other arguments' },
    ]);
  });

  it.each(['Started', '{"list":[]}'])('without an id leaves open what it did: %s', (words) => {
    const at = words.startsWith('{') ? inputFor(JOBS.replace(/id: '.*'/, 'id: $.list'), { task: null }) : input;
    expect(interpret('create', text(words), at)).toEqual({
      type: 'info',
      reason: 'garbled',
      message: 'no job id stands where the profile says (handle.start.id)',
      answered: true,
      shape: [],
    });
  });

  it('that never came is settled by the common table', () => {
    expect(interpret('create', { kind: 'timeout', aborted: false }, input)).toEqual({
      type: 'info',
      reason: 'timeout',
    });
    expect(interpret('create', errorReply(-32602, 'command is missing'), input)).toEqual({
      type: 'fail',
      reason: 'refused',
      code: -32602,
      message: 'command is missing',
      answered: true,
      shape: [],
    });
  });
});

describe('the state of a job', () => {
  const input = inputFor(JOBS);
  const seen = (reply: RawReply, over: Partial<OperationInput> = {}) => interpret('get', reply, { ...input, ...over });

  it('is on a list, or it is working', () => {
    const statusOf = (words: string) => {
      const outcome = seen(text(words));
      return outcome.type === 'ok' ? outcome.status : outcome.reason;
    };
    expect(
      ['EXIT_CODE: 0', 'EXIT_CODE: 12', 'STATUS: killed', 'STATUS: running', 'STATUS: unknown'].map(statusOf),
    ).toEqual(['completed', 'failed', 'cancelled', 'working', 'not-found']);
  });

  it('completed brings the result, and the token from the same reply', () => {
    expect(seen(json({ state: 'ended', result: { token: 'tok-7', pages: 3 } }))).toEqual({
      type: 'ok',
      task: '4711',
      status: 'completed',
      result: { token: 'tok-7', pages: 3 },
      echo: 'tok-7',
      shape: [],
    });
  });

  it('completed without a result where it should be is out of shape', () => {
    expect(seen(json({ state: 'ended', result: null }))).toEqual({
      type: 'ok',
      task: '4711',
      status: 'completed',
      shape: ['a completed job without a result where the profile says (handle.status.result)'],
    });
  });

  it('without `result` makes the whole reply the result', () => {
    const whole = inputFor(JOBS.replace('    result: $.result\n', '').replace('$.result.token', '/token (\\S+)/'));
    const result = { content: [{ type: 'text', text: 'EXIT_CODE: 0\ntoken tok-7' }] };
    expect(interpret('get', answered({ result }), whole)).toEqual({
      type: 'ok',
      task: '4711',
      status: 'completed',
      result,
      echo: 'tok-7',
      shape: [],
    });
  });

  it('is unknown where none stands, and what `otherwise` says where it is given', () => {
    expect(seen(text('hm'))).toEqual({
      type: 'info',
      reason: 'garbled',
      message: 'no state stands where the profile says (handle.status.state)',
      answered: true,
      shape: [],
    });
    const other = inputFor(JOBS.replace('    cancelled:', '    otherwise: working\n    cancelled:'));
    expect(interpret('get', text('hm'), other)).toEqual({ type: 'ok', task: '4711', status: 'working', shape: [] });
  });

  it('is missing by the state, by the text at `path`, by the text of the error', () => {
    const told = { type: 'fail', reason: 'not-found', answered: true, shape: [] };
    expect(seen(json({ state: 'unknown' }))).toEqual({ ...told, message: 'state unknown' });
    expect(seen(json({ error: 'No tracked process 4711' }))).toEqual({ ...told, message: 'no such job' });
    expect(seen(text('job not found', { isError: true }))).toEqual({ ...told, message: 'job not found' });
    expect(seen(errorReply(-32000, 'No tracked process'))).toEqual({
      ...told,
      code: -32000,
      message: 'No tracked process',
    });
  });

  it('is not missing because an error says something else, whatever its code', () => {
    expect(seen(text('expired token', { isError: true }))).toEqual({
      type: 'fail',
      reason: 'refused',
      message: 'expired token',
      answered: true,
      shape: [],
    });
    expect(seen(errorReply(-32602, 'pid must be a number'))).toMatchObject({ type: 'fail', reason: 'refused' });
  });

  it('is final although the error of the job reads like a missing one', () => {
    expect(seen(text('EXIT_CODE: 2\nfile not found', { isError: true }))).toMatchObject({
      type: 'ok',
      status: 'failed',
    });
  });

  it('is cancelled when it went missing after an accepted cancel and the profile says so', () => {
    const gone = json({ error: 'No tracked process 4711' });
    expect(seen(gone, { cancelAccepted: true })).toEqual({ type: 'ok', task: '4711', status: 'cancelled', shape: [] });
    const strict = inputFor(JOBS.replace(', then: missing', ''), { cancelAccepted: true });
    expect(interpret('get', gone, strict)).toMatchObject({ type: 'fail', reason: 'not-found' });
  });

  it('uses the common words for a missing job where the profile has no rule', () => {
    const plain = inputFor(JOBS.replace(/ {4}missing:.*\n/, ''));
    expect(interpret('get', text('Unknown task 4711', { isError: true }), plain)).toMatchObject({
      reason: 'not-found',
    });
  });
});

describe('the reply to a cancel', () => {
  const input = inputFor(JOBS);
  it('is an acceptance where it matches', () => {
    expect(interpret('cancel', json({ success: true }), input)).toEqual({ type: 'ok', task: '4711', shape: [] });
  });

  it('is a refusal where it does not, or is an error', () => {
    const told = { type: 'fail', answered: true, shape: [] };
    expect(interpret('cancel', json({ success: false }), input)).toEqual({
      ...told,
      reason: 'refused',
      message: '{"success":false}',
    });
    expect(interpret('cancel', text('No tracked process', { isError: true }), input)).toEqual({
      ...told,
      reason: 'not-found',
      message: 'No tracked process',
    });
  });

  it('is an acceptance without `accepted`, unless it is an error', () => {
    const open = inputFor(JOBS.replace(/accepted: '[^']*', /, ''));
    expect(interpret('cancel', text('whatever'), open)).toMatchObject({ type: 'ok' });
    expect(interpret('cancel', text('busy', { isError: true }), open)).toMatchObject({
      type: 'fail',
      reason: 'refused',
    });
  });
});

describe('the reference server over job handles', () => {
  let input = createInput('handle');
  beforeAll(() => {
    const profile = referenceProfile('node main.js', 'handle', 'http');
    const { wireTarget } = createSpokenTarget({
      profile,
      dialect: 'handle',
      tools: referenceTools('handle'),
      around: () => ({}),
    });
    input = createInput('handle', { target: wireTarget, key: 'key-7' });
  });

  it('is asked for every operation and mode through its one start tool', () => {
    const args = (name: string, mode: string | null) =>
      handle.request('create', { ...input, call: { ...CALL, tool: name, mode } })?.params.arguments;
    const own = { token: 'tok-7', ms: 50 };
    const key = { idempotency_key: 'key-7' };
    expect([args('import_data', null), args('effect', 'throw'), args('failing', null), args('work', null)]).toEqual([
      { operation: 'import_data', arguments: own, ...key },
      { operation: 'effect', arguments: { ...own, mode: 'throw' }, ...key },
      { operation: 'effect', arguments: { ...own, mode: 'error' }, ...key },
      { operation: 'effect', arguments: own, ...key },
    ]);
  });
});

describe('a job that asks', () => {
  const ASKING = JOBS.replace('    takes: 1s\n', '    asking: { command: "ask {{token}}" }\n    takes: 1s\n')
    .replace('    result: $.result\n', '    asking: [waiting]\n    questions: $.questions\n    result: $.result\n')
    .replace(
      'echo:',
      '  answer: { tool: answer_job, arguments: { pid: "{{id}}" }, by_key: answers, each: { go: "on {{token}}" } }\necho:',
    );
  const asking = { ...CALL, tool: 'asking' };

  it('is started with its own arguments, shows its questions by key, and takes the answers by key', () => {
    const input = inputFor(ASKING, { call: asking, inputs: ['a', 'b'] });
    expect(handle.request('create', { ...input, task: null })?.params.arguments).toEqual({ command: 'ask tok-7' });
    const seen = interpret(
      'get',
      json({ state: 'waiting', questions: { b: { text: 'Go?' }, a: { text: 'Go?' } } }),
      input,
    );
    if (seen.type !== 'ok') throw new Error('expected the job');
    expect(seen).toMatchObject({ task: '4711', status: 'input_required', inputs: ['a', 'b'], shape: [] });
    expect(seen.inputShas?.a).toBe(seen.inputShas?.b);
    const each = { go: 'on tok-7' };
    expect(handle.request('update', input)).toEqual({
      method: 'tools/call',
      params: { name: 'answer_job', arguments: { pid: '4711', answers: { a: each, b: each } } },
      mcpName: 'answer_job',
    });
  });

  it('may ask one thing without a key, answered by the arguments alone', () => {
    const plain = ASKING.replace('    questions: $.questions\n', '').replace(
      ', by_key: answers, each: { go: "on {{token}}" }',
      '',
    );
    const input = inputFor(plain.replace('{ pid: "{{id}}" } }\necho', '{ pid: "{{id}}", text: "y" } }\necho'), {
      call: asking,
      inputs: ['input'],
    });
    expect(interpret('get', json({ state: 'waiting' }), input)).toMatchObject({
      status: 'input_required',
      inputs: ['input'],
    });
    expect(handle.request('update', input)?.params.arguments).toEqual({ pid: '4711', text: 'y' });
  });

  it('tells an answer that was taken from one that was refused, and from a job that is gone', () => {
    const input = inputFor(ASKING, { call: asking, inputs: ['a'] });
    expect(interpret('update', text('thanks'), input)).toEqual({ type: 'ok', task: '4711', shape: [] });
    expect(interpret('update', text('wrong shape', { isError: true }), input)).toMatchObject({
      type: 'fail',
      reason: 'refused',
      answered: true,
    });
    expect(interpret('update', text('pid not found', { isError: true }), input)).toMatchObject({ reason: 'not-found' });
  });

  it('cannot be answered where the profile does not say how', () => {
    expect(handle.request('update', inputFor(JOBS, { inputs: ['a'] }))).toBeNull();
  });
});
