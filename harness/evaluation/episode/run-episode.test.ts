import { describe, expect, it } from 'vitest';
import type { EpisodeEvent } from '../../model/evaluation/episode.ts';
import type { Instance, Step } from '../../model/evaluation/instance.ts';
import type { Action, EvaluationPolicy, Turn } from '../../model/evaluation/policy.ts';
import { createMemoryHost, type MemoryWork } from './memory-host.ts';
import { CRASH_PHASES, type PlannedCrash } from './planned-crash.ts';
import { type EpisodeOptions, runEpisode } from './run-episode.ts';

const LATENCY_MS = { 'A/$var_1': 3000, 'A/$var_2': 2000, 'B/$var_1': 1000 };

function step(label: string, after: readonly string[] = []): Step {
  const values = Object.fromEntries(after.map((other) => ['input', `${other}.value$`]));
  return { label, tool: 'work', arguments: values, after, goldResult: { value: label }, canary: `canary ${label}` };
}

const instance: Instance = {
  id: 'test/001',
  kind: 'dual-same',
  tasks: [
    {
      id: 'A',
      toolClass: 'x',
      workspace: 'a',
      instruction: 'Do A.',
      steps: [step('$var_1'), step('$var_2', ['$var_1'])],
      goldState: null,
    },
    { id: 'B', toolClass: 'x', workspace: 'b', instruction: 'Do B.', steps: [step('$var_1')], goldState: null },
  ],
};

const CALL_A1: Action = { do: 'call', task: 'A', step: 'A/$var_1', arguments: {} };
const CALL_A2: Action = { do: 'call', task: 'A', step: 'A/$var_2', arguments: { input: 'one' } };
const CALL_B1: Action = { do: 'call', task: 'B', step: 'B/$var_1', arguments: {} };
const WAIT: Action = { do: 'wait' };
const END: Action = { do: 'end' };

/** Plays a list of actions, and notes what it was told before each. */
function scripted(actions: readonly Action[], turns: Turn[] = []): EvaluationPolicy {
  return {
    meta: { id: 'scripted', title: 'Scripted', description: 'Plays a list.', spoils: [] },
    start: () => {
      let index = 0;
      return {
        decide(turn) {
          turns.push({ ...turn, open: [...turn.open] });
          const action = actions[index] ?? END;
          index += 1;
          return action;
        },
        crashed(open) {
          turns.push({ nowMs: -1, news: [], open: [...open] });
        },
      };
    },
  };
}

function options(actions: readonly Action[], changes: Partial<EpisodeOptions> = {}): EpisodeOptions {
  return {
    instance,
    policy: scripted(actions),
    host: createMemoryHost(({ tool, key }) => ({ ms: key.includes('A') ? 3000 : 1000, result: { tool } })),
    mode: 'async',
    law: 'constant',
    seed: 1,
    agentMs: 1000,
    latencyMs: LATENCY_MS,
    limits: { turns: 50, timeMs: 60_000 },
    ...changes,
  };
}

function withoutTokens(events: readonly EpisodeEvent[]): EpisodeEvent[] {
  return events.filter(({ kind }) => kind !== 'tokens');
}

function kinds(events: readonly EpisodeEvent[]): string[] {
  return withoutTokens(events).map(({ kind, t }) => `${kind} ${t}`);
}

describe('an episode', () => {
  it('sends a call at the end of its action and brings the result at the turn after it has come', async () => {
    const bind: Action = { do: 'bind', job: 1, step: 'A/$var_1' };
    const claim: Action = { do: 'claim', task: 'A', success: true };
    const episode = await runEpisode(options([CALL_A1, WAIT, bind, claim, END]));
    expect(withoutTokens(episode.events)).toEqual([
      { kind: 'act', t: 0, untilT: 1000, what: 'call', task: 'A', step: 'A/$var_1' },
      {
        kind: 'call',
        t: 1000,
        job: 1,
        task: 'A',
        step: 'A/$var_1',
        tool: 'work',
        arguments: {},
        assumed: false,
        again: false,
      },
      { kind: 'receipt', t: 1000, job: 1, id: 'work-1' },
      { kind: 'idle', t: 1000, untilT: 4000 },
      { kind: 'poll', t: 4000, job: 1, by: 'host', status: 'completed', isNews: true, bytes: 21 },
      { kind: 'know', t: 4000, job: 1, status: 'ok', endedT: 4000, result: { tool: 'work' } },
      { kind: 'bind', t: 4000, job: 1, step: 'A/$var_1' },
      { kind: 'claim', t: 4000, task: 'A', success: true },
    ]);
    expect(episode).toMatchObject({ agent: 'scripted', end: 'ended', makespanMs: 4000, states: { a: null, b: null } });
  });

  it('delivers in the order of arrival, and tells what is open', async () => {
    const turns: Turn[] = [];
    await runEpisode(options([], { policy: scripted([CALL_A1, CALL_B1, WAIT, WAIT, WAIT], turns) }));
    expect(
      turns.map(({ nowMs, news, open }) => [nowMs, news.map(({ job }) => job), open.map(({ job }) => job)]),
    ).toEqual([
      [0, [], []],
      [1000, [], [1]],
      [2000, [], [1, 2]],
      [3000, [2], [1]],
      [4000, [1], []],
    ]);
  });

  it('stands still in mode sync until the result of each call is there', async () => {
    const { events, makespanMs } = await runEpisode(options([CALL_A1, CALL_B1, END], { mode: 'sync' }));
    expect(events.filter(({ kind }) => kind === 'idle')).toEqual([
      { kind: 'idle', t: 1000, untilT: 4000 },
      { kind: 'idle', t: 5000, untilT: 6000 },
    ]);
    expect(events.filter(({ kind }) => kind === 'know').map(({ t }) => t)).toEqual([4000, 6000]);
    expect(makespanMs).toBe(6000);
  });

  it('does the work of one key once, and that of a fresh key again', async () => {
    const fresh: Action = { ...CALL_A1, do: 'call', freshKey: true };
    const { events } = await runEpisode(options([CALL_A1, CALL_A1, fresh, WAIT, WAIT, WAIT]));
    const calls = events.flatMap((event) => (event.kind === 'call' ? [event.again] : []));
    const ids = events.flatMap((event) => (event.kind === 'receipt' ? [event.id] : []));
    expect(calls).toEqual([false, true, true]);
    expect(ids).toEqual(['work-1', 'work-1', 'work-2']);
  });

  it('delivers nothing of a job that the agent let go', async () => {
    const forget: Action = { do: 'forget', job: 1 };
    const { events, end } = await runEpisode(options([CALL_A1, forget, CALL_B1, WAIT, WAIT]));
    expect(
      events.flatMap((event) => (event.kind === 'know' || event.kind === 'lost' ? [[event.kind, event.job]] : [])),
    ).toEqual([
      ['lost', 1],
      ['know', 2],
    ]);
    expect(end).toBe('ended');
  });

  it('tells of a refused call as of one without a result', async () => {
    const host = createMemoryHost(() => ({ refused: 'too many tasks' }));
    const { events } = await runEpisode(options([CALL_A1, END], { host }));
    expect(withoutTokens(events).slice(2)).toEqual([
      { kind: 'refused', t: 1000, job: 1, why: 'too many tasks' },
      { kind: 'know', t: 1000, job: 1, status: 'lost', endedT: null, result: 'too many tasks' },
    ]);
  });

  it('lets the agent read a status itself, which takes an action and stands in its context', async () => {
    const { events } = await runEpisode(options([CALL_A1, { do: 'poll', job: 1 }, WAIT, END]));
    expect(events).toContainEqual({
      kind: 'poll',
      t: 2000,
      job: 1,
      by: 'agent',
      status: 'working',
      isNews: false,
      bytes: 120,
    });
    const tokens = events.flatMap((event) => (event.kind === 'tokens' ? [event] : []));
    expect(tokens.map(({ isWaiting }) => isWaiting)).toEqual([false, true, true, false]);
    // The instructions are 10 bytes; the status of 120 bytes is read with the third turn.
    expect(tokens[0]).toMatchObject({ context: 3, fresh: 3 });
    expect(tokens[2]?.fresh).toBe(30);
    expect(tokens.every(({ context }, index) => context >= (tokens[index - 1]?.context ?? 0))).toBe(true);
  });

  it('ends at its limits', async () => {
    const hang = () => createMemoryHost((): MemoryWork => ({ ms: 1e9, result: null }));
    const byTime = await runEpisode(options([CALL_A1, WAIT], { host: hang() }));
    expect([byTime.end, byTime.makespanMs]).toEqual(['time-limit', 60_000]);
    const poll: Action = { do: 'poll', job: 1 };
    const byTurns = await runEpisode(options([CALL_A1, ...Array.from({ length: 80 }, () => poll)], { host: hang() }));
    expect([byTurns.end, byTurns.makespanMs]).toEqual(['turn-limit', 50_000]);
    const bySync = await runEpisode(options([CALL_A1], { host: hang(), mode: 'sync' }));
    expect([bySync.end, bySync.makespanMs]).toEqual(['time-limit', 60_000]);
  });

  it('ends as interrupted only when it was, and otherwise passes on what the host throws', async () => {
    const broken = () => {
      const host = createMemoryHost(() => ({ ms: 1, result: null }));
      return { ...host, now: host.now, settled: () => Promise.reject(new Error('the wire is gone')) };
    };
    await expect(runEpisode(options([CALL_A1, WAIT], { host: broken() }))).rejects.toThrow('the wire is gone');
    const signal = AbortSignal.abort();
    const { end, states } = await runEpisode(options([CALL_A1, WAIT], { host: broken(), signal }));
    expect([end, states]).toEqual(['interrupted', { a: null, b: null }]);
  });

  it('refuses a policy that never acts', async () => {
    const policy: EvaluationPolicy = { ...scripted([]), start: () => ({ decide: () => ({ do: 'forget', job: 9 }) }) };
    await expect(runEpisode(options([], { policy }))).rejects.toThrow('expected scripted to act');
  });
});

describe('an agent that crashes', () => {
  const crashed = async (planned: Omit<PlannedCrash, 'call' | 'downMs'>, turns: Turn[] = []) => {
    const policy = scripted([CALL_A1, WAIT, CALL_A2, WAIT, WAIT, WAIT], turns);
    const crash = { ...planned, call: 1, downMs: 500 };
    const episode = await runEpisode(options([], { policy, faults: { crash } }));
    return episode.events;
  };

  it.each([
    ['before-ack', ['act 0', 'call 1000', 'lost 1000', 'crash 1000']],
    ['after-ack', ['act 0', 'call 1000', 'receipt 1000', 'crash 1000']],
    ['mid-run', ['act 0', 'call 1000', 'receipt 1000', 'idle 1000', 'crash 2500']],
    ['after-terminal', ['act 0', 'call 1000', 'receipt 1000', 'idle 1000', 'poll 4000', 'crash 4000']],
    ['after-know', ['act 0', 'call 1000', 'receipt 1000', 'idle 1000', 'poll 4000', 'know 4000', 'crash 4000']],
    [
      'after-use',
      [
        'act 0',
        'call 1000',
        'receipt 1000',
        'idle 1000',
        'poll 4000',
        'know 4000',
        'act 4000',
        'call 5000',
        'receipt 5000',
        'crash 5000',
      ],
    ],
  ] as const)('does so once, %s', async (phase, expected) => {
    const events = await crashed({ phase, keepsIds: true });
    const crash = events.findIndex(({ kind }) => kind === 'crash');
    expect(kinds(events.slice(0, crash + 1))).toEqual(expected);
    expect(events.filter(({ kind }) => kind === 'crash')).toHaveLength(1);
  });

  it('has the jobs whose ids it kept, and hears of their ends again', async () => {
    const turns: Turn[] = [];
    const events = await crashed({ phase: 'after-know', keepsIds: true }, turns);
    expect(turns.find(({ nowMs }) => nowMs === -1)?.open.map(({ job }) => job)).toEqual([1]);
    expect(events.flatMap((event) => (event.kind === 'know' && event.job === 1 ? [event.t] : []))).toEqual([
      4000, 4500,
    ]);
  });

  it('has nothing when it kept no ids', async () => {
    for (const phase of CRASH_PHASES) {
      const turns: Turn[] = [];
      const events = await crashed({ phase, keepsIds: false }, turns);
      expect(turns.find(({ nowMs }) => nowMs === -1)?.open).toEqual([]);
      const crash = events.findIndex(({ kind }) => kind === 'crash');
      expect(events.slice(crash).some((event) => event.kind === 'know' && event.job === 1)).toBe(false);
    }
  });
});
