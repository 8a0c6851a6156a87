import { describe, expect, it } from 'vitest';
import type { Episode } from '../../model/evaluation/episode.ts';
import { createPrng } from '../../model/prng.ts';
import { CRASH_PHASES } from '../episode/planned-crash.ts';
import { rehearse } from '../testing/rehearsal.ts';
import { instanceOf, randomInstance, randomLatencies } from '../testing/toy-world.ts';
import { policies } from './index.ts';

// A: 6, 2, 1; B: 2, 5; an action takes 1 (all in seconds): reference/metrics worked by hand, makespan 12.
const CHAINS = instanceOf([
  [[], [0], [1]],
  [[], [0]],
]);
const CHAINS_MS = { 'A/$var_1': 6000, 'A/$var_2': 2000, 'A/$var_3': 1000, 'B/$var_1': 2000, 'B/$var_2': 5000 };
const JOIN = instanceOf([[[], [], [0, 1]]]);
const JOIN_MS = { 'A/$var_1': 2000, 'A/$var_2': 5000, 'A/$var_3': 1000 };
const WELL_BEHAVED = [
  'reference',
  'blocking',
  'round-robin',
  'storm-poller',
  'stubborn',
  'thrasher',
  'literalist',
  'doubler',
];

describe('every policy', () => {
  it.each(Object.keys(policies))(
    '%s solves every instance in mode sync but the neglecter several tasks',
    async (id) => {
      const draw = createPrng(7);
      for (let index = 0; index < 20; index += 1) {
        const instance = randomInstance(draw, `random/${index}`);
        const { isSolved, episode } = await rehearse(id, instance, randomLatencies(draw, instance), { mode: 'sync' });
        expect(episode.end).toBe('ended');
        expect(isSolved).toBe(id !== 'neglecter' || instance.tasks.length === 1);
      }
    },
  );

  it.each(WELL_BEHAVED)('%s solves every instance in mode async', async (id) => {
    const draw = createPrng(8);
    for (let index = 0; index < 40; index += 1) {
      const instance = randomInstance(draw, `random/${index}`);
      const { isSolved, episode, effects } = await rehearse(id, instance, randomLatencies(draw, instance));
      const stepCount = instance.tasks.reduce((sum, { steps }) => sum + steps.length, 0);
      expect(new Set(effects).size).toBe(stepCount);
      // Work that is done twice leaves its mark on the world.
      expect(isSolved).toBe(effects.length === stepCount);
      if (id !== 'stubborn') expect(isSolved).toBe(true);
      const claims = episode.events.flatMap((event) => (event.kind === 'claim' ? [event.success] : []));
      expect(claims).toEqual(instance.tasks.map(() => true));
    }
  });

  it.each(Object.keys(policies))('%s does the same twice with the same seed', async (id) => {
    const instance = randomInstance(createPrng(3), 'random/1');
    const latencyMs = randomLatencies(createPrng(4), instance);
    const first = await rehearse(id, instance, latencyMs);
    expect(await rehearse(id, instance, latencyMs)).toEqual(first);
  });
});

describe('the reference', () => {
  it('orders the worked example as it must', async () => {
    const { episode, calls } = await rehearse('reference', CHAINS, CHAINS_MS);
    expect(calls).toEqual(['A/$var_1', 'B/$var_1', 'B/$var_2', 'A/$var_2', 'A/$var_3']);
    expect(episode.makespanMs).toBe(12_000);
  });

  it('calls a step that joins two results when both are there, with both in its arguments', async () => {
    const { episode, isSolved } = await rehearse('reference', JOIN, JOIN_MS);
    expect(isSolved).toBe(true);
    expect(episode.makespanMs).toBe(1000 + 5000 + 1000 + 1000 + 0);
  });

  it('has a step done again that the tool failed, first without risk and then anew', async () => {
    const { isSolved, calls, effects } = await rehearse('reference', JOIN, JOIN_MS, { breaks: new Set(['A/$var_2']) });
    expect(calls).toEqual(['A/$var_2', 'A/$var_1', 'A/$var_2', 'A/$var_2', 'A/$var_3']);
    expect(isSolved).toBe(true);
    expect(new Set(effects).size).toBe(effects.length);
  });

  it.each(CRASH_PHASES)(
    'solves its tasks and does nothing twice after a crash %s, with ids and without',
    async (phase) => {
      for (const keepsIds of [true, false]) {
        const crash = { phase, keepsIds, call: 2, downMs: 1000 };
        const { episode, isSolved, effects } = await rehearse('reference', CHAINS, CHAINS_MS, { crash });
        expect(episode.events.filter(({ kind }) => kind === 'crash')).toHaveLength(1);
        expect(isSolved).toBe(true);
        expect(effects).toHaveLength(5);
      }
    },
  );
});

describe('the others', () => {
  const kindsOf = ({ events }: Episode, kind: string) => events.filter((event) => event.kind === kind);

  it('blocking has never two jobs at once', async () => {
    const { episode, calls } = await rehearse('blocking', CHAINS, CHAINS_MS);
    expect(episode.makespanMs).toBe(21_000);
    expect(calls).toEqual(['A/$var_1', 'A/$var_2', 'A/$var_3', 'B/$var_1', 'B/$var_2']);
  });

  it('round-robin gives each task its turn', async () => {
    const wide = instanceOf([
      [[], [], []],
      [[], [], []],
    ]);
    const { calls } = await rehearse('round-robin', wide, randomLatencies(createPrng(1), wide));
    expect(calls.map((step) => step[0])).toEqual(['A', 'B', 'A', 'B', 'A', 'B']);
  });

  it('storm-poller reads a status with every action that is not a call', async () => {
    const { episode } = await rehearse('storm-poller', JOIN, JOIN_MS);
    const polls = episode.events.filter((event) => event.kind === 'poll' && event.by === 'agent');
    expect(polls.length).toBeGreaterThan(4);
    expect(kindsOf(episode, 'idle')).toEqual([]);
  });

  it('amnesiac loses jobs and says that it did not finish', async () => {
    const draw = createPrng(5);
    let lostCount = 0;
    for (let index = 0; index < 10; index += 1) {
      const instance = randomInstance(draw, `random/${index}`);
      const { episode } = await rehearse('amnesiac', instance, randomLatencies(draw, instance));
      lostCount += kindsOf(episode, 'lost').length;
      const claims = episode.events.flatMap((event) => (event.kind === 'claim' && event.success ? [event.task] : []));
      for (const event of episode.events) {
        if (event.kind !== 'lost') continue;
        const call = episode.events.find((other) => other.kind === 'call' && other.job === event.job);
        expect(claims).not.toContain(call?.kind === 'call' ? call.task : '');
      }
    }
    expect(lostCount).toBeGreaterThan(5);
  });

  it('eager goes on with values that nobody gave it', async () => {
    const { episode, calls } = await rehearse('eager', CHAINS, CHAINS_MS);
    expect(calls).toHaveLength(5);
    const assumed = episode.events.flatMap((event) => (event.kind === 'call' && event.assumed ? [event] : []));
    expect(assumed.map(({ step }) => step)).toEqual(['A/$var_2', 'A/$var_3']);
    expect(assumed.every((call) => /value-\d{4}/.test(JSON.stringify(call.arguments)))).toBe(true);
  });

  it('swapper binds the first result to the first call', async () => {
    const { episode } = await rehearse('swapper', CHAINS, CHAINS_MS);
    expect(kindsOf(episode, 'bind')[0]).toEqual({ kind: 'bind', t: 4000, job: 2, step: 'A/$var_1' });
  });

  it('stubborn does again what takes longer than five actions, and nothing else', async () => {
    const { episode, effects } = await rehearse('stubborn', CHAINS, CHAINS_MS);
    const again = episode.events.flatMap((event) => (event.kind === 'call' && event.again ? [event.step] : []));
    expect(again).toEqual(['A/$var_1']);
    expect(effects).toHaveLength(6);
  });

  it('sleeper leaves its jobs behind', async () => {
    const { episode, calls } = await rehearse('sleeper', CHAINS, CHAINS_MS);
    expect(calls).toEqual(['A/$var_1', 'B/$var_1']);
    expect([episode.end, kindsOf(episode, 'claim').length]).toEqual(['ended', 0]);
  });

  it('thrasher looks in on another task between two calls for one', async () => {
    const wide = instanceOf([[[], [], [], []], [[]]]);
    const latencyMs = { ...randomLatencies(createPrng(1), wide), 'B/$var_1': 30_000 };
    const { episode } = await rehearse('thrasher', wide, latencyMs);
    const tasks = episode.events.flatMap((event) => (event.kind === 'act' ? [event.task] : []));
    expect(tasks.join('')).toBe('ABABABA');
  });

  it('literalist reports success on errors, and the reference on what it healed', async () => {
    const breaks = new Set(['A/$var_1']);
    const { episode, isSolved } = await rehearse('literalist', JOIN, JOIN_MS, { breaks });
    expect(isSolved).toBe(false);
    expect(kindsOf(episode, 'claim')).toMatchObject([{ task: 'A', success: true }]);
  });

  it('neglecter calls its first task once', async () => {
    const { episode, calls } = await rehearse('neglecter', CHAINS, CHAINS_MS);
    expect(calls).toEqual(['A/$var_1', 'B/$var_1', 'B/$var_2']);
    expect(kindsOf(episode, 'claim')).toMatchObject([{ task: 'B', success: true }]);
  });

  it('doubler makes every call that goes on from a result twice, and the work is done once', async () => {
    const { calls, effects } = await rehearse('doubler', CHAINS, CHAINS_MS);
    expect(calls).toHaveLength(8);
    expect(effects).toHaveLength(5);
  });
});
