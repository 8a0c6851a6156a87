import { describe, expect, it } from 'vitest';
import { parseProfile } from '../targets/profile-file.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import type { JsonObject } from '../wire/json-rpc.ts';
import { adviceFor } from './advice.ts';
import { findCandidates, type Offer } from './candidates.ts';
import { type ExaminationOptions, examine } from './examination.ts';
import { placeOfState } from './job-state.ts';
import { profileText } from './profile-text.ts';
import { keyArgument, sampleArguments } from './sample-arguments.ts';
import { RECORDS, RENDERS, RESEARCH, SHELL, tool } from './testing/tool-lists.ts';
import { patternOf, placeOfNamed, placeOfToken } from './token-place.ts';
import type { TrialLine, TrialReply } from './trial-line.ts';

const WISH = { command: 'sleep 0.5; echo {{token}}', folder: '{{dir}}' };
const said = (text: string, more: JsonObject = {}): JsonObject => ({ content: [{ type: 'text', text }], ...more });
const offerOf = (tools: readonly ServerTool[], dialect: Offer['dialect'] = 'blocking'): Offer => ({
  dialect,
  instructions: '',
  tools,
});
const argumentsOf = (properties: JsonObject, required?: readonly string[]) =>
  sampleArguments(tool('t', { properties, ...(required ? { required } : {}) }).inputSchema, WISH);

describe('arguments made from a schema', () => {
  it('have the token in free texts, durations asked for, and what is fixed as it is', () => {
    const properties = {
      topic: { type: 'string' },
      depth: { type: 'string', enum: ['short', 'long'] },
      duration_ms: { type: 'number' },
      seconds: { type: 'integer', minimum: 2 },
      dry: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' } },
    };
    expect(argumentsOf(properties, ['topic', 'depth', 'dry', 'tags'])).toEqual({
      arguments: { topic: '{{token}}', depth: 'short', duration_ms: '{{ms}}', seconds: 2, dry: false, tags: [] },
      carries: 'token',
      command: null,
      open: [],
    });
  });

  it('have a number for the token where there is no text, and nothing where there is neither', () => {
    expect(argumentsOf({ page: { type: 'integer', minimum: 5 } })).toMatchObject({
      arguments: { page: '{{number 5 1000004}}' },
      carries: 'number',
    });
    expect(argumentsOf({ level: { type: 'integer', minimum: 1, maximum: 9 } })).toMatchObject({
      arguments: { level: 1 },
      carries: null,
    });
  });

  it('put a path where the server may write, a command into a shell, and items into lists of objects', () => {
    expect(argumentsOf({ path: { type: 'string' } }).arguments).toEqual({ path: '{{dir}}/{{token}}' });
    expect(argumentsOf({ cmd: { anyOf: [{ type: 'string' }, { type: 'array' }] } }, [])).toMatchObject({
      arguments: { cmd: WISH.command },
      command: 'cmd',
    });
    const entity = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    expect(argumentsOf({ entities: { type: 'array', items: entity } }).arguments).toEqual({
      entities: [{ name: '{{token}}' }],
    });
  });

  it('say what they could not fill, and leave the key to whoever retries', () => {
    expect(argumentsOf({ email: { type: 'string', format: 'email' } }).open).toEqual(['email']);
    const [submit] = RENDERS;
    expect(keyArgument(submit?.inputSchema ?? {})).toBe('requestId');
    expect(sampleArguments(submit?.inputSchema ?? {}, WISH).arguments).toEqual({
      scene: '{{token}}',
      title: '{{token}}',
    });
  });
});

describe('the tool that does the work', () => {
  const first = (
    tools: readonly ServerTool[],
    dialect?: Offer['dialect'],
    only: string | null = null,
    mayDestroy = false,
  ) => {
    const { candidates, spared } = findCandidates(offerOf(tools, dialect), WISH, { only, mayDestroy });
    return { name: candidates[0]?.tool.name, handle: candidates[0]?.handle, spared: spared.map((one) => one.tool) };
  };

  it('is one of the protocol’s tasks, else one that starts a job', () => {
    expect(first(RESEARCH, 'tasks-2025-11-25').name).toBe('research');
    expect(first(SHELL)).toMatchObject({
      name: 'run_background',
      handle: { reference: 'pid', cancel: ['kill_background'] },
    });
    expect(first(RENDERS)).toMatchObject({ name: 'submitRender', handle: { reference: 'jobId' } });
  });

  it('is never one that destroys, unless that is allowed, nor one that cannot be taken back, unless it is named', () => {
    expect(first(RECORDS)).toMatchObject({ name: 'create_record', spared: ['replace_record', 'send_record'] });
    expect(first(RECORDS, 'blocking', 'replace_record').name).toBeUndefined();
    expect(first(RECORDS, 'blocking', 'replace_record', true).name).toBe('replace_record');
    expect(first(RECORDS, 'blocking', 'send_record').name).toBe('send_record');
  });
});

describe('places in a reply', () => {
  const RUNNING = said('PID: 4711\nSTATUS: running\nCOMMAND: echo tok-7');
  const DONE = said('PID: 4711\nSTATUS: exited\nCOMMAND: echo tok-7\n\nSTDOUT:\ntok-7');

  it('of the token are those that were not there before the work was done', () => {
    expect(placeOfToken(DONE, 'tok-7', [RUNNING])).toBe('/STDOUT:\\n([\\w-]+)/');
    expect(placeOfToken(RUNNING, 'tok-7', [RUNNING])).toBe('/COMMAND: echo ([\\w-]+)/');
    expect(placeOfToken(said('nothing'), 'tok-7')).toBeNull();
  });

  it('of the token are paths in JSON, and numbers only where they stand alone', () => {
    const json = said('', { structuredContent: { job: { output: 'tok-7' } } });
    expect(placeOfToken(json, 'tok-7')).toBe('$.job.output');
    expect(placeOfToken(said('page 1234 of 9 rendered'), '1234')).toBe('/page ([\\w-]+)/');
    expect(placeOfToken(said('id 99812340'), '1234')).toBeNull();
  });

  it('of the token do not hold on to ids and times beside it', () => {
    expect(placeOfToken(said('wrote /tmp/run-AbC/data/tok-7'), 'tok-7')).toBe('/wrote \\S*\\/([\\w-]+)/');
    expect(placeOfToken(said('12:31 job a81b2 says tok-7'), 'tok-7')).toBe(
      '/[\\w-]+:[\\w-]+ job [\\w-]+ says ([\\w-]+)/',
    );
  });

  it('of states and ids have a name beside them', () => {
    expect(placeOfNamed(DONE, /^pid$/i)).toBe('/PID\\W*[:=]\\W*([\\w-]+)/');
    expect([placeOfState(RUNNING)?.isOver, placeOfState(DONE)?.isOver]).toEqual([false, true]);
    expect(placeOfState(said('{"job":{"status":"succeeded"}}'))).toEqual({ expression: '$.job.status', isOver: true });
  });

  it('of an unknown id are its words without the id', () => {
    expect(patternOf('No tracked process found for PID 999999.', '999999')).toBe('No tracked process found for PID');
    expect(patternOf('12', '12')).toBeNull();
  });
});

/** A server of shell jobs as far as a trial asks it: every job is over after it was asked twice. */
function shellLine(options: { readonly says?: string } = {}): TrialLine & { readonly called: string[] } {
  const jobs = new Map<number, { command: string; asked: number; killed: boolean }>();
  const called: string[] = [];
  let clockMs = 0;
  const tell = (pid: number): TrialReply => {
    const job = jobs.get(pid);
    if (job === undefined) return { kind: 'result', result: said(`No process ${pid}`, { isError: true }) };
    job.asked += 1;
    const isOver = job.asked > 2;
    const status = job.killed ? 'killed' : isOver ? 'exited' : 'running';
    const code = job.killed || !isOver ? 'N/A' : job.command.startsWith('exit') ? '3' : '0';
    const output = isOver ? (/echo (\S+)/.exec(job.command)?.[1] ?? '') : '';
    return { kind: 'result', result: said(`PID: ${pid}\nSTATUS: ${status}\nEXIT_CODE: ${code}\nOUT:\n${output}`) };
  };
  return {
    called,
    tools: new Map(SHELL.map((one) => [one.name, one])),
    async call(name, args) {
      called.push(name);
      const pid = Number(args.pid);
      if (name === 'run_background') {
        if (options.says !== undefined) return { kind: 'result', result: said(options.says, { isError: true }) };
        jobs.set(500 + jobs.size, { command: String(args.command), asked: 0, killed: false });
        return { kind: 'result', result: said(`Started.\nPID: ${499 + jobs.size}\nSTATUS: running`) };
      }
      if (name !== 'kill_background') return tell(pid);
      const job = jobs.get(pid);
      if (job) job.killed = true;
      return { kind: 'result', result: said('Sent SIGTERM') };
    },
    ask: async (method) => ({ kind: 'error', message: `no ${method}` }),
    async sleep(ms) {
      clockMs += ms;
    },
    nowMs: () => clockMs,
  };
}

describe('a server of jobs', () => {
  const options: ExaminationOptions = {
    only: null,
    given: null,
    mayDestroy: false,
    folder: null,
    token: { token: 'tok-7', number: 1234, dir: null },
    mayCall: async () => true,
  };
  const known = {
    server: { name: 'shell', version: '1' },
    target: { command: 'node shell.js' },
    transport: 'stdio',
    durable: null,
    effects: null,
  } as const;

  it('is described by what it answered', async () => {
    const examination = await examine(shellLine(), offerOf(SHELL), options);
    const advice = adviceFor(examination, known);
    const text = profileText(examination, known, advice);
    expect(parseProfile(text, 'p.yaml')).toMatchObject({
      dialect: 'handle',
      handle: {
        start: { tool: 'run_background', failing: { command: 'exit 3' }, id: '/PID\\W*[:=]\\W*([\\w-]+)/' },
        status: {
          tool: 'tail_background',
          arguments: { pid: '{{id}}' },
          completed: ['0'],
          failed: ['/^-?[1-9]\\d*$/'],
          cancelled: ['killed'],
          missing: { error: 'No process' },
        },
        wait: { tool: 'wait_background', arguments: { pid: '{{id}}', timeoutSeconds: 5 } },
        cancel: { tool: 'kill_background', arguments: { pid: '{{id}}' } },
      },
      echo: '/OUT:\\n([\\w-]+)/',
    });
    expect(advice.every(({ kind }) => kind === 'stronger')).toBe(true);
    expect(text).toContain('# Stronger: an effect file');
  });

  it('that refuses is said to lack what it said', async () => {
    const examination = await examine(shellLine({ says: 'no shell here' }), offerOf(SHELL), options);
    const advice = adviceFor(examination, known);
    expect(advice).toEqual([
      {
        kind: 'missing',
        text: 'arguments with which it works of run_background, or another tool (--tool NAME --arguments JSON). run_background: it failed: no shell here.',
      },
    ]);
    const text = profileText(examination, known, advice);
    expect(text).toContain('# MISSING: arguments');
    expect(parseProfile(text, 'p.yaml')).toMatchObject({ target: known.target });
  });

  it('of which nobody wants a call is left alone', async () => {
    const line = shellLine();
    const { tried, chosen } = await examine(line, offerOf(SHELL), { ...options, mayCall: async () => false });
    expect([line.called, tried, chosen]).toEqual([[], [], null]);
  });
});
