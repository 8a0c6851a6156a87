import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createSystemClock } from '../../model/clock.ts';
import type { CellOutcome } from '../../model/evaluation/client-table.ts';
import { behaviourOf, type FinishedCell } from './behaviour.ts';
import { createCancelObserver } from './cancel-observer.ts';
import {
  type Cell,
  cellPath,
  interposeWords,
  isStrange,
  SILENCE,
  SITUATIONS,
  stallMs,
  timeoutOf,
  tokensOf,
} from './cell.ts';
import { realClients } from './index.ts';
import { installClient } from './installation.ts';
import { outcomeOf } from './outcome.ts';
import { createPollObserver, habitsOf, type PollRecord } from './poll-observer.ts';
import type { RealClient } from './real-client.ts';
import { type RunFacts, readRunFacts, runsAt } from './run-facts.ts';
import { readToldLine, type ToldLine } from './told-line.ts';

const ROOT = join(import.meta.dirname, '../../..');
const MANIFEST: { dependencies: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-clients-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the registry', () => {
  it.each(Object.entries(realClients))('%s has its name, a program, and exact versions', (id, { meta }) => {
    expect(meta.id).toBe(id);
    expect(existsSync(join(ROOT, 'fixtures/clients', `${id}.mjs`))).toBe(true);
    expect(Object.keys(meta.packages)).toContain(meta.package);
    for (const version of Object.values(meta.packages)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(meta.dialects).toContain('blocking');
  });

  it('plays the packages that are here in the version that is here', () => {
    const own = { ...MANIFEST.dependencies, ...MANIFEST.devDependencies };
    for (const id of ['sdk-v1', 'sdk-v2', 'ext-tasks']) {
      for (const [name, version] of Object.entries(clientOf(id).meta.packages)) expect(own[name], name).toBe(version);
    }
  });
});

describe('a cell', () => {
  it('has words for interpose that name its server, its scenario and its calls', () => {
    const cell = cellOf('sdk-v1', 'lost-receipt', { transport: 'http' });
    const words = interposeWords(cell, { server: 'main.js', out: 'dir', seed: 7, port: 21_005 });
    expect(words.join(' ')).toBe(
      `interpose --out dir --as-reference --dialect blocking --scenario lost-receipt --once --calls 5 --takes 1700ms --seed 7 --label sdk-v1 --url http://127.0.0.1:21005/mcp -- ${process.execPath} main.js --dialect blocking --store sqlite --data dir.data --log-level error --transport http --host 127.0.0.1 --port 21005 --sessions signed`,
    );
  });

  it('aims its faults at what the client does: without tasks it is given no receipt', () => {
    const dialect = 'tasks-2025-11-25';
    const words = (id: string) =>
      interposeWords(cellOf(id, 'crash-mid-task', { dialect }), { server: 'main.js', out: 'dir', seed: 7, port: 1 });
    expect(words('langgraph').filter((word) => word === 'blocking' || word === dialect)).toEqual(['blocking', dialect]);
    expect(words('sdk-v1').filter((word) => word === 'blocking' || word === dialect)).toEqual([dialect, dialect]);
  });

  it('knows where a client cannot greet a server: over either transport, or over one', () => {
    const dialect = 'tasks-2026-07-28';
    const strange = (id: string, transport: 'stdio' | 'http') =>
      isStrange(cellOf(id, 'steady', { dialect, transport }));
    expect([strange('langgraph', 'stdio'), strange('langgraph', 'http')]).toEqual([true, true]);
    expect([strange('vercel-ai', 'stdio'), strange('vercel-ai', 'http')]).toEqual([true, false]);
    expect(isStrange(cellOf('langgraph', 'steady'))).toBe(false);
  });

  it('gives late work to clients that would have given up, and longer to those that cannot be told', () => {
    const told = cellOf('sdk-v1', 'late-result');
    expect(told.situation.workMs).toBeGreaterThan(timeoutOf(told) ?? Number.POSITIVE_INFINITY);
    const untold = cellOf('strands', 'late-result');
    expect(timeoutOf(untold)).toBeNull();
    expect(stallMs(untold, 0)).toBeGreaterThan(60_000);
    const silent = { ...told, situation: SILENCE };
    expect([timeoutOf(silent), stallMs(silent, 3000)]).toEqual([null, 3000]);
  });
});

describe('what a program tells', () => {
  it('reads its lines and leaves what a package prints', () => {
    expect(readToldLine('{"kind":"answer","call":1,"seen":"x","ms":3}')).toEqual({
      ...{ kind: 'answer', call: 1, seen: 'x', ms: 3 },
    });
    for (const text of ['warning', '{"kind":"answer"}', '{"level":30}', '{broken'])
      expect(readToldLine(text)).toBeNull();
  });
});

describe('an outcome', () => {
  const cell = cellOf('sdk-v1', 'steady');
  const [first = '', second = '', third = ''] = tokensOf(cell);
  const done = (token: string) => `The effect is done (token ${token})`;
  const answer = (call: number, seen: string | null): ToldLine => ({ kind: 'answer', call, seen, ms: 10 });

  it('is right where each result is its own, shown in any of the ways that clients show one', () => {
    const told: ToldLine[] = [
      { kind: 'connected' },
      answer(1, done(first)),
      answer(2, `{"token":"${second}","tool":"effect","mode":"repeatable"}`),
      answer(3, JSON.stringify({ text: JSON.stringify({ text: done(third) }) })),
      { kind: 'end' },
    ];
    const runs = [factsOf({ commits: { [first]: 1, [second]: 1, [third]: 1 } })];
    const outcome = outcomeOf(cell, told, { runs, isHung: false });
    expect(outcome.calls.map((call) => call.outcome)).toEqual(['right', 'right', 'right']);
    expect(outcome).toMatchObject({ end: 'ended', struck: null, survived: true });
  });

  it('tells the result of another call, words in place of a result, and nothing', () => {
    const told = [{ kind: 'connected' } as const, answer(1, done(second)), answer(2, 'timed out'), answer(3, '')];
    const { calls, survived } = outcomeOf(cell, told, { runs: [factsOf({ commits: { [second]: 1 } })], isHung: false });
    expect(calls.map(({ outcome, effects, words }) => [outcome, effects, words])).toEqual([
      ['wrong', 0, done(second)],
      ['told', 1, 'timed out'],
      ['empty', 0, ''],
    ]);
    expect(survived).toBe(false);
  });

  it('tells an error that the model was shown from one that ended the run of the client', () => {
    const threw: ToldLine = { kind: 'threw', call: 1, error: 'no such host', ms: 5 };
    const told = [{ kind: 'connected' } as const, threw, answer(2, 'Error: no such host')];
    const { calls } = outcomeOf(cell, told, { runs: [], isHung: false });
    expect(calls.map(({ outcome, words, ms }) => [outcome, words, ms])).toEqual([
      ['threw', 'no such host', 5],
      ['told', 'Error: no such host', 10],
      ['died', null, null],
    ]);
  });

  it('does not survive what was done twice, over all its runs', () => {
    const told = [1, 2, 3].map((call) => answer(call, done([first, second, third][call - 1] ?? '')));
    const runs = [factsOf({ commits: { [first]: 1, [second]: 1, [third]: 1 } }), factsOf({ commits: { [first]: 1 } })];
    const outcome = outcomeOf(cell, [{ kind: 'connected' }, ...told], { runs, isHung: false });
    expect([outcome.calls[0]?.effects, outcome.survived]).toEqual([2, false]);
  });

  it.each([
    { isHung: true, outcome: 'hung', end: 'hung' },
    { isHung: false, outcome: 'died', end: 'died' },
  ])('has one call $outcome and the rest not asked for', ({ isHung, outcome, end }) => {
    const told = [{ kind: 'connected' } as const, answer(1, done(first))];
    const found = outcomeOf(cell, told, { runs: [], isHung });
    expect([found.end, ...found.calls.map((call) => call.outcome)]).toEqual([end, 'right', outcome, 'unasked']);
  });

  it('is unknown where what it is about did not come to pass, and where a client could not connect nothing was asked', () => {
    const disturbed = cellOf('sdk-v1', 'crash-mid-task');
    const told = tokensOf(disturbed).map((token, index) => answer(index + 1, done(token)));
    const commits = Object.fromEntries(tokensOf(disturbed).map((token) => [token, 1]));
    const judged = (reached: readonly string[]) => {
      const runs = [factsOf({ commits, reached, struck: ['F12#1'] })];
      const { struck, survived } = outcomeOf(disturbed, [{ kind: 'connected' }, ...told], { runs, isHung: false });
      return [struck, survived];
    };
    // It was killed between two pieces of work: that shows nothing.
    expect(judged(['effects-observed'])).toEqual([false, 'unknown']);
    expect(judged(['effects-observed', 'kill-mid-work'])).toEqual([true, true]);
    const refused = outcomeOf(cell, [{ kind: 'refused', error: 'no' }], { runs: [], isHung: false });
    expect([refused.end, refused.refusal, refused.calls[0]?.outcome]).toEqual(['refused', 'no', 'unasked']);
  });
});

describe('behaviour', () => {
  const outcome = (ms: number | null, word: 'told' | 'hung'): CellOutcome => ({
    calls: [{ call: 1, outcome: word, ms, words: null, effects: 0 }],
    ...{ end: 'ended', refusal: null, struck: null, survived: false },
  });
  const polls = (later: readonly number[], kept: number): PollRecord => ({
    ...{ first: [3], later, hintMs: 500, kept, asked: 1 + later.length, onPush: 1 },
  });
  const silent: FinishedCell = {
    ...{ situation: SILENCE.id, transport: 'stdio', outcome: outcome(60_010, 'told') },
    runs: [factsOf({ cancels: { open: 1, answered: 0 } })],
  };
  const loud: FinishedCell = {
    ...{ situation: 'steady', transport: 'stdio', outcome: outcome(5, 'told') },
    runs: [
      factsOf({ polls: polls([500, 505], 2), dialect: 'tasks-2025-11-25', asked: ['a'] }),
      factsOf({ polls: polls([700], 1), retries: 1, cancels: { open: 0, answered: 4 }, asked: ['b'] }),
    ],
  };
  const tasks = { dialect: 'tasks-2025-11-25', patienceMs: 75_000 } as const;

  it('is put together from all cells; the silent ones say how long the client waits', () => {
    expect(behaviourOf([silent, loud], tasks)).toEqual({
      ...{ givesUp: [{ transport: 'stdio', ms: 60_010, isAtLeast: false }], asksForTasks: true },
      polls: {
        first: { count: 2, min: 3, median: 3, max: 3 },
        later: { count: 3, min: 500, median: 505, max: 700 },
        ...{ hintMs: 500, kept: 3, asked: 5, onPush: 2 },
      },
      ...{ retries: 1, cancels: { open: 1, answered: 4 }, restarts: 1, probes: 0 },
    });
  });

  it('has a client that waits for longer than it was watched wait at least as long', () => {
    const patient = { ...silent, outcome: outcome(null, 'hung') };
    expect(behaviourOf([patient], tasks)).toEqual({
      ...{ givesUp: [{ transport: 'stdio', ms: 75_000, isAtLeast: true }], asksForTasks: false },
      ...{ polls: null, retries: 0, cancels: { open: 1, answered: 0 }, restarts: 0, probes: 0 },
    });
  });

  it('tells a server that was started again from one that was only asked what it speaks', () => {
    const worked = [factsOf({ asked: ['a'] }), factsOf({ asked: ['a', 'b'] })];
    const probed = { ...loud, runs: [factsOf({}), ...worked] };
    // What it asked one server for, it asked the next for again.
    expect(behaviourOf([probed], tasks)).toMatchObject({ restarts: 1, probes: 1, retries: 1 });
    const uncalled = { ...loud, runs: [factsOf({})] };
    expect(behaviourOf([uncalled], tasks)).toMatchObject({ restarts: 0, probes: 0 });
  });

  it('says nothing of the polls of a handle, which are those of the model', () => {
    expect(behaviourOf([loud], { ...tasks, dialect: 'handle' }).polls).toBeNull();
  });
});

describe('polls of a client', () => {
  const MS = 1e6;
  const recordOf = (
    ...lines: readonly { readonly kind: string; readonly ms: number; readonly [key: string]: unknown }[]
  ) => {
    const observer = createPollObserver();
    for (const [seq, { ms, ...line }] of lines.entries()) observer.line({ seq, t: ms * MS, ...line });
    return observer.record();
  };
  const create = (ms: number) => ({ kind: 'inv', op: 'create', ms });
  const receipt = (of: number, ms: number, pollMs?: number) => ({
    kind: 'ok',
    of,
    task: 'a',
    status: 'working' as const,
    pollMs,
    ms,
  });
  const get = (ms: number) => ({ kind: 'inv', op: 'get', task: 'a', ms });
  const shown = (status: 'working' | 'completed', ms: number) => ({ kind: 'ok', of: -1, task: 'a', status, ms });
  const fetch = (ms: number) => ({ kind: 'inv', op: 'result', task: 'a', ms });

  it('tells the first from those after it, and which of them kept to what was asked', () => {
    const record = recordOf(
      create(0),
      receipt(0, 10, 500),
      get(15),
      shown('working', 20),
      get(530),
      shown('completed', 540),
      fetch(541),
    );
    expect(record).toEqual({ first: [5], later: [515], hintMs: 500, kept: 1, asked: 2, onPush: 0 });
  });

  it('knows a poll that is on record before the receipt that led to it', () => {
    const record = recordOf(create(0), get(9), receipt(0, 10, 500), get(511));
    expect(record).toEqual({ first: [0], later: [502], hintMs: 500, kept: 1, asked: 2, onPush: 0 });
  });

  it('does not hold it against a client that it looks when it is told to', () => {
    const push = { kind: 'push', task: 'a', status: 'completed' as const, ms: 90 };
    const record = recordOf(create(0), receipt(0, 10, 500), push, fetch(92));
    expect(record).toEqual({ first: [], later: [], hintMs: 500, kept: 0, asked: 0, onPush: 1 });
    expect(habitsOf(record === null ? [] : [record])).toMatchObject({ first: null, later: null, onPush: 1 });
  });

  it('counts nothing where the server named no interval, and knows no polls without a task', () => {
    expect(recordOf(create(0), receipt(0, 10), get(15))).toEqual({
      ...{ first: [5], later: [], hintMs: null, kept: 0, asked: 0, onPush: 0 },
    });
    expect(recordOf(create(0), { kind: 'ok', of: 0, status: 'completed', ms: 9 })).toBeNull();
    expect(habitsOf([])).toBeNull();
  });
});

describe('what a client told its server to stop', () => {
  const cancel = (requestId: number | string) => ({
    ...{ kind: 'frame', method: 'notifications/cancelled', text: JSON.stringify({ params: { requestId } }) },
  });
  const observed = (...lines: readonly { readonly kind: string; readonly [key: string]: unknown }[]) => {
    const observer = createCancelObserver();
    for (const [seq, line] of lines.entries()) observer.line({ seq, ...line });
    return observer.record();
  };

  it('tells requests that were open from those that had been answered', () => {
    const call = (rpcId: number | string) => ({ kind: 'inv', op: 'create', rpcId });
    expect(observed(call('a'), call(2), { kind: 'ok', of: 1 }, cancel('a'), cancel(2))).toEqual({
      open: 1,
      answered: 1,
    });
  });

  it('means the latest request of a number, and counts one whose answer was lost as open', () => {
    const call = { kind: 'inv', op: 'create', rpcId: 1 };
    expect(observed(call, { kind: 'ok', of: 0 }, call, { kind: 'info', of: 2 }, cancel(1))).toEqual({
      open: 1,
      answered: 0,
    });
  });

  it('counts tasks that were cancelled, and what names no request that is known', () => {
    const damaged = { ...cancel(1), text: '{' };
    expect(observed({ kind: 'inv', op: 'cancel', rpcId: 9 }, cancel(7), damaged)).toEqual({ open: 3, answered: 0 });
  });
});

test('facts are read from a saved run, and the runs of servers started again stand beside it', async () => {
  for (const name of ['run', 'run-2', 'run-10', 'run-late', 'other']) {
    mkdirSync(join(folder, name));
    if (name !== 'run-late') writeFileSync(join(folder, name, 'plan.json'), '{}');
  }
  expect(runsAt(join(folder, 'run'))).toEqual(['run', 'run-2', 'run-10'].map((name) => join(folder, name)));
  expect(runsAt(join(folder, 'none/run'))).toEqual([]);
  const path = join(folder, 'run');
  const verdict = {
    ...{ valid: 'unknown', exitCode: 2, target: { dialect: 'blocking', client: 'x 1' }, fates: { open: 1 } },
    checkers: [{ id: 'lost-tasks', valid: false }],
    coverage: [
      { id: 'kill-mid-work', reached: 1 },
      { id: 'cancel-won', reached: 0 },
    ],
    metrics: { retries: { type: 'counter', unit: 'requests', value: 2 } },
  };
  writeFileSync(join(path, 'plan.json'), JSON.stringify({ calls: [{ token: 'a' }] }));
  writeFileSync(join(path, 'verdict.json'), JSON.stringify(verdict));
  const lines = [
    { kind: 'inv', op: 'create', rpcId: 4 },
    { kind: 'fx', token: 'a', phase: 'begin' },
    { kind: 'fx', token: 'a', phase: 'commit' },
    { kind: 'fx', token: 'a', phase: 'commit' },
    { kind: 'fault', id: 'F5', entry: 'F5#2', phase: 'verified' },
    { kind: 'frame', dir: 'out', method: 'notifications/cancelled', text: '{"params":{"requestId":4}}' },
    { kind: 'frame', dir: 'out', method: 'tools/call' },
    { kind: 'inv', op: 'cancel' },
    { kind: 'note', topic: 'end' },
  ];
  const texts = lines.map((line, seq) => JSON.stringify({ seq, t: seq, ...line }));
  writeFileSync(join(path, 'history.jsonl'), texts.join('\n'));
  expect(await readRunFacts(path)).toEqual({
    ...{ directory: path, valid: 'unknown', exitCode: 2, violated: ['lost-tasks'], dialect: 'blocking' },
    ...{ fates: { open: 1 }, struck: ['F5#2'], reached: ['kill-mid-work'], commits: { a: 2 } },
    ...{ asked: ['a'], polls: null, retries: 2, cancels: { open: 2, answered: 0 } },
  });
});

test('a client that is not installed is refused offline, in words; one that is here is played from here', async () => {
  const said: string[] = [];
  const options = {
    ...{ root: ROOT, cache: folder, isOffline: true, clock: createSystemClock() },
    ...{ signal: new AbortController().signal, say: (text: string) => said.push(text) },
  };
  const away = {
    meta: { ...clientOf('sdk-v1').meta, id: 'away', package: 'not-here', packages: { 'not-here': '1.0.0' } },
  };
  expect(await installClient(away, options)).toEqual({
    ...{ isReady: false, reason: 'not installed (not-here@1.0.0), and --offline installs nothing' },
  });
  expect(await installClient(clientOf('sdk-v1'), options)).toEqual({
    ...{ isReady: true, node: process.execPath, nodeVersion: process.version.slice(1) },
    program: join(ROOT, 'fixtures/clients/sdk-v1.mjs'),
  });
  const modern = { meta: { ...clientOf('sdk-v1').meta, node: 99 } };
  const refused = await installClient(modern, options);
  expect(refused).toMatchObject({ isReady: false, reason: expect.stringContaining('it needs Node 99, this is v') });
  expect(said).toEqual([]);
});

function clientOf(id: string): RealClient {
  const client = realClients[id];
  if (client === undefined) throw new Error(`expected a client, got ${id}`);
  return client;
}

function cellOf(id: string, situation: string, more: Partial<Cell> = {}): Cell {
  const found = SITUATIONS[situation];
  if (found === undefined) throw new Error(`expected a situation, got ${situation}`);
  const cell: Cell = { client: clientOf(id), dialect: 'blocking', transport: 'stdio', situation: found, ...more };
  expect(cellPath(cell)).toBe(`${id}.${cell.dialect}/${cell.transport}-${situation}`);
  return cell;
}

function factsOf(facts: Partial<RunFacts>): RunFacts {
  return {
    ...{ directory: 'run', valid: true, exitCode: 0, violated: [], dialect: 'blocking', fates: {} },
    ...{ struck: [], reached: [], commits: {}, asked: [], polls: null, retries: 0, cancels: { open: 0, answered: 0 } },
    ...facts,
  };
}
