import { expect, test } from 'vitest';
import { createHistory, type HistoryBuilder, taskOf } from '../model/testing/history-builder.ts';
import { judge } from './judge.ts';

/** One agent, one call, one kill in between, everything right. */
function survivor(): HistoryBuilder {
  const kill = {
    entry: 'F12#1',
    fault: 'F12',
    name: 'kill',
    trigger: { kind: 'time', atMs: 50 },
    options: {},
  } as const;
  const h = createHistory({ faults: [kill], plan: { mustReach: ['kill-after-ack'], thresholds: ['lost == 0'] } });
  h.ok(12, h.create(10, 1), { task: taskOf(1) });
  h.begin(20, 1);
  h.kill(50, 'F12#1');
  h.boot(60);
  h.fault(61, 'F12#1', 'stop');
  h.begin(65, 1);
  h.commit(100, 1);
  h.done(120, h.get(110, 1, taskOf(1)));
  h.add(121, { kind: 'know', task: taskOf(1), call: 1, agent: 1 });
  h.finish(200, [[1, taskOf(1)]]);
  return h;
}

test('a run in which everything holds is valid', async () => {
  const h = survivor();
  const verdict = await judge({ plan: h.plan, history: h.history() });
  expect(Object.fromEntries(verdict.checkers.map(({ id, valid }) => [id, valid]))).toEqual({
    'broken-keys': 'not-applicable',
    'changed-terminal': true,
    conservation: true,
    'duplicate-effects': true,
    'effects-after-refusal': 'not-applicable',
    'fault-coverage': true,
    'lost-tasks': true,
    'malformed-replies': true,
    'missing-effects': true,
    'phantom-effects': true,
    'repeated-ids': true,
    'slow-recovery': true,
    'status-regress': true,
    'unpaired-replies': true,
    'unsettled-tasks': true,
    'wrong-results': true,
  });
  const { valid, exitCode, fates, phantom, thresholds, faults, durationMs, replay, target } = verdict;
  expect({ valid, exitCode, fates, phantom, thresholds, faults, durationMs, replay, target }).toEqual({
    valid: true,
    exitCode: 0,
    fates: { 'settled-ok': 1 },
    phantom: 0,
    thresholds: [{ expression: 'lost == 0', valid: true, value: 0 }],
    faults: [{ id: 'F12', name: 'kill', planned: 1, verified: 1 }],
    durationMs: 203,
    replay: 'claimcheck replay plan.json',
    target: {
      kind: 'reference',
      server: null,
      dialect: 'tasks-2026-07-28',
      transport: 'http',
      store: 'sqlite',
      queue: 'local',
      agents: 1,
      backoff: 'server-hint',
      load: 'closed',
    },
  });
  expect(verdict.coverage.filter(({ required }) => required)).toEqual([
    {
      id: 'kill-after-ack',
      title: 'Killed while a task with a receipt was not seen settled',
      required: true,
      reached: 1,
      first: 8,
    },
  ]);
});
