import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Episode, EpisodeEvent } from '../../model/evaluation/episode.ts';
import { createPrng } from '../../model/prng.ts';
import { sampleTarget } from '../../model/testing/sample-plan.ts';
import { loadScenario } from '../../plan/scenario-file.ts';
import { rehearse } from '../testing/rehearsal.ts';
import { instanceOf, randomLatencies } from '../testing/toy-world.ts';
import { withEffects } from './effects.ts';
import { createEpisodeFile } from './episode-file.ts';
import { episodeOf, recordOf } from './episode-record.ts';
import { evaluationTasks } from './evaluation-tasks.ts';
import { chooseInstances } from './instance-choice.ts';
import { callsOf, seatFor } from './seat.ts';
import { polledFrom, settledFrom } from './settlement.ts';
import { planWorld } from './world-plan.ts';

const INSTANCE = instanceOf(
  [
    [[], [0], [1]],
    [[], [0]],
  ],
  'toy/001',
);
const OTHER = instanceOf([[[], [0]]], 'toy/002');

async function episode(id = 'reference'): Promise<Episode> {
  const { episode } = await rehearse(id, INSTANCE, randomLatencies(createPrng(3), INSTANCE));
  return episode;
}

describe('a line of episodes.jsonl', () => {
  it('gives the whole episode again', async () => {
    for (const policy of ['reference', 'swapper', 'eager', 'sleeper']) {
      const whole = await episode(policy);
      expect(episodeOf(JSON.parse(JSON.stringify(recordOf(whole))), INSTANCE)).toEqual(whole);
    }
  });

  it('leaves out what stands in the data set', async () => {
    const text = JSON.stringify(recordOf(await episode()));
    expect(text).not.toContain('goldResult');
    expect(text).toContain('"gold":"A/$var_1"');
  });

  it('stands at the place of its episode, in whatever order they end', () => {
    const directory = mkdtempSync(join(tmpdir(), 'claimcheck-test-'));
    try {
      const path = join(directory, 'episodes.jsonl');
      const file = createEpisodeFile(path);
      const add = (index: number) => file.add({ ...REPORT, index, line: `episode ${index}` });
      for (const index of [2, 0, 1, 5, 4]) add(index);
      file.close();
      expect(readFileSync(path, 'utf8')).toBe('episode 0\nepisode 1\nepisode 2\nepisode 4\nepisode 5\n');
      expect(file.lines.get(5)).toBe(5);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

const REPORT = {
  end: 'ended' as const,
  requests: 0,
  calls: 0,
  isCrashPlanned: false,
  crashed: null,
  samples: {},
  figures: {
    instance: 'toy/001',
    kind: 'single' as const,
    agent: 'reference',
    mode: 'async' as const,
    law: 'uniform',
    seed: 1,
    isRight: true,
    makespanMs: 1,
    inversionDegree: null,
    doubledEffects: 0,
  },
};

describe('effects', () => {
  it('come into the episode whose instance has their canary, at their time', async () => {
    const one = { ...(await episode()), events: [claim(0), claim(5000)] };
    const canary = INSTANCE.tasks[0]?.steps[0]?.canary ?? '';
    const placed = [{ episode: one, openedT: 1e9, timeScale: 0.5 }];
    const [seen] = withEffects(placed, [
      { t: 2e9, canary },
      { t: 3e9, canary: 'nobody’s' },
    ]);
    expect(seen?.events).toEqual([claim(0), { kind: 'effect', t: 2000, canary }, claim(5000)]);
  });

  it('of calls beyond the gold ones belong to whoever has seen their result', async () => {
    const known: EpisodeEvent = { kind: 'know', t: 1, job: 1, status: 'ok', endedT: 1, result: { mark: 'k1' } };
    const one = { ...(await episode()), events: [] };
    const other = { ...one, instance: OTHER, events: [known] };
    const placed = [one, other].map((episode) => ({ episode, openedT: 0, timeScale: 1 }));
    const [first, second] = withEffects(placed, [{ t: 2e6, canary: 'k1' }]);
    expect(first?.events).toEqual([]);
    expect(second?.events).toEqual([known, { kind: 'effect', t: 2, canary: 'k1' }]);
  });
});

function claim(t: number): EpisodeEvent {
  return { kind: 'claim', t, task: 'A', success: true };
}

describe('the choice of instances', () => {
  const all = ['a/001', 'a/002', 'b/001'].map((id) => ({ id }));
  const ids = (filter: string | null, sample: number | null) =>
    chooseInstances(all, { filter, sample, seed: 1 }).map(({ id }) => id);

  it('goes by globs, and keeps the order of the data set', () => {
    expect(ids('b/*,a/00?', null)).toEqual(['a/001', 'a/002', 'b/001']);
    expect(ids('*/001', null)).toEqual(['a/001', 'b/001']);
    expect(ids(null, 2)).toHaveLength(2);
    expect(ids(null, 9)).toHaveLength(3);
  });

  it('refuses a filter that fits nothing', () => {
    expect(() => ids('c/*', null)).toThrow(
      '--filter c/*: no instance fits; their ids begin with a, b, for example a/*',
    );
  });
});

describe('the plan of a world', () => {
  const sittings = [INSTANCE, OTHER].map((instance, index) => ({
    index,
    instance,
    agent: 'reference',
    mode: 'async' as const,
    seed: 1,
    law: 'uniform',
    latencyMs: randomLatencies(createPrng(3), instance),
    crash: null,
  }));
  const rules = { agentMs: 1000, turnsMax: 10, timeMsMax: 10, timeScale: 0.5, parallel: 1 };
  const options = { sittings, seed: 7, time: 'virtual', rules, claimcheck: '0' } as const;

  it('has an agent an instance, and a number for each of their calls', () => {
    const { plan, seats } = planWorld({ ...options, target: sampleTarget(), scenario: loadScenario('steady') });
    expect(plan.calls.map(({ call }) => call)).toEqual(plan.calls.map((_, index) => index + 1));
    expect(seats.map(({ gold }) => gold.size)).toEqual([5, 2]);
    expect(new Set(plan.calls.map(({ token }) => token)).size).toBe(plan.calls.length);
    expect(plan.calls[0]?.ms).toBe(Math.round((sittings[0]?.latencyMs['A/$var_1'] ?? 0) / 2));
  });

  it('runs every episode in which the agent crashes a second time without', () => {
    const set = {
      law: 'uniform',
      seed: 1,
      instances: [INSTANCE, OTHER].map((instance) => ({ instance, latencyMs: {} })),
    };
    const crash = { phases: ['mid-run', 'after-ack'], keepsIds: [true] };
    const tasks = evaluationTasks({
      ...{ agents: ['reference'], modes: ['async'], sets: [{ ...set, target: sampleTarget() }], crash },
      ...{ scenario: loadScenario('steady'), time: 'virtual', rules, claimcheck: '0' },
    });
    expect(tasks.map(({ name }) => name)).toEqual(['reference-async-uniform-1-1', 'reference-async-uniform-1-1-calm']);
    expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(1);
    expect(tasks.flatMap(({ sittings }) => sittings.map(({ index, crash }) => [index, crash?.phase]))).toEqual([
      [0, 'mid-run'],
      [1, 'after-ack'],
      [2, undefined],
      [3, undefined],
    ]);
  });

  it('lets faults strike gold calls and no others', () => {
    const long = instanceOf([[[], [0], [1], [2], [3], [4], [5], [6]]], 'toy/003');
    const many = Array.from({ length: 8 }, (_, index) => ({
      ...{ index, agent: 'reference', mode: 'async' as const, seed: 1, law: 'uniform', latencyMs: {}, crash: null },
      instance: { ...long, id: `toy/1${index}` },
    }));
    const scenario = loadScenario('lost-receipt');
    const { plan, seats } = planWorld({ ...options, sittings: many, target: sampleTarget(), scenario });
    const gold = new Set(seats.flatMap((seat) => [...seat.gold.values()].map(({ call }) => call)));
    const struck = plan.faults.flatMap(({ trigger }) => ('call' in trigger ? trigger.call : []));
    expect(struck.length).toBeGreaterThan(0);
    expect(struck.filter((call) => !gold.has(call))).toEqual([]);
  });

  it('gives gold calls their canaries as tokens, so that the ledger names them', () => {
    const seat = seatFor({ agent: 1, instance: OTHER, msOf: () => 10, firstCall: 4 });
    expect([...seat.gold.values()].map(({ token }) => token)).toEqual(
      OTHER.tasks[0]?.steps.map(({ canary }) => canary),
    );
    expect(callsOf(seat).map(({ call }) => call)).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('the end of a job', () => {
  const ok = { type: 'ok', shape: [] } as const;

  it('is what the result says, however the dialect calls the status', () => {
    const result = { content: [], structuredContent: { error: 'no' }, isError: true };
    for (const status of ['completed', 'failed'] as const) {
      const settled = settledFrom({ ...ok, status, result, isError: true }, 5);
      expect(settled).toEqual({ status: 'error', endedMs: 5, result: { error: 'no' } });
    }
    const error = { code: -32000, message: 'expired' };
    expect(settledFrom({ ...ok, status: 'failed', error }, null)).toEqual({
      status: 'failed',
      endedMs: null,
      result: 'expired',
    });
    expect(settledFrom({ ...ok, status: 'cancelled' }, null).status).toBe('cancelled');
    const plain = { content: [{ type: 'text', text: 'a' }] };
    expect(settledFrom({ ...ok, result: plain }, null)).toEqual({ status: 'ok', endedMs: null, result: 'a' });
  });

  it('is news once', () => {
    const outcome = { ...ok, status: 'working', lastUpdatedAt: '2026-01-01T00:00:00Z' } as const;
    expect(polledFrom(outcome, {})).toMatchObject({ isNews: true, isTerminal: false });
    expect(polledFrom(outcome, outcome)).toMatchObject({ isNews: false });
    expect(polledFrom({ type: 'info', reason: 'timeout' }, outcome)).toMatchObject({ status: null, isNews: false });
  });

  it('comes with the interval that the server asks for, as long as there is something to wait for', () => {
    expect(polledFrom({ ...ok, status: 'working', pollMs: 700 }, {})).toMatchObject({ hintMs: 700 });
    expect(polledFrom({ ...ok, status: 'completed', pollMs: 700 }, {})).not.toHaveProperty('hintMs');
    expect(polledFrom({ ...ok, status: 'working' }, {})).not.toHaveProperty('hintMs');
  });
});
