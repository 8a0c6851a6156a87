import { expect, it } from 'vitest';
import type { Event, EventBody } from '../model/event.ts';
import { createProgressState } from './progress-state.ts';
import { progressBlock, progressLine } from './progress-text.ts';

function stamped(bodies: readonly EventBody[]): Event[] {
  return bodies.map((body, seq) => ({ seq, t: seq * 100_000_000, wall: seq, ...body }));
}

const create = (call: number, intended: number): EventBody => ({
  kind: 'inv',
  op: 'create',
  call,
  attempt: 1,
  agent: 1,
  conn: 'a1',
  rpcId: call,
  intended,
});
const read = (call: number, task: string): EventBody => ({
  kind: 'inv',
  op: 'get',
  call,
  task,
  attempt: 1,
  agent: 1,
  conn: 'a1',
  rpcId: 9,
});

const STORY: readonly EventBody[] = [
  { kind: 'run', schema: 'claimcheck/history@1', startedAt: '2026-07-28T00:00:00.000Z', time: 'real' },
  { kind: 'proc', boot: 1, phase: 'spawn' },
  { kind: 'proc', boot: 1, phase: 'ready' },
  create(1, 250_000_000),
  { kind: 'ok', of: 3, task: 'a', status: 'working' },
  create(2, 500_000_000),
  { kind: 'ok', of: 5, task: 'b', status: 'working' },
  { kind: 'fx', token: 'x', call: 1, phase: 'commit', boot: 1, at: 600_000_000 },
  { kind: 'fault', id: 'F12', entry: 'F12#1', phase: 'start' },
  { kind: 'proc', boot: 1, phase: 'exit', signal: 'SIGKILL', by: 'F12#1' },
  { kind: 'fault', id: 'F12', entry: 'F12#1', phase: 'verified' },
  read(1, 'a'),
  { kind: 'ok', of: 11, task: 'a', status: 'completed' },
  read(2, 'b'),
  { kind: 'fail', of: 13, reason: 'not-found' },
  { kind: 'fx', token: 'x', call: 1, phase: 'commit', boot: 1, at: 700_000_000 },
];

it('counts what a person wants to see while a run goes on', () => {
  const state = createProgressState({ calls: 3, hasKey: true });
  for (const event of stamped(STORY)) state.observe(event);
  expect(state.read()).toEqual({
    elapsedMs: 1500,
    calls: 3,
    acked: 2,
    settled: 1,
    inFlight: 1,
    boots: 1,
    isServerUp: false,
    activeFaults: ['F12#1'],
    strikes: { F12: 1 },
    ack: { count: 2, p50: 125, p95: null },
    lag: { count: 1, p50: null, p95: null },
    suspicions: { lost: 1, doubled: 1 },
    phase: 'load',
  });
  expect(progressLine('tour', state.read())).toBe(
    'tour 1.5 s load | acked 2/3 | settled 1 | in flight 1 | ack p50 125 ms (n = 2) | lag - (n = 1) | boot 1 (down) | ' +
      'faults F12×1; now F12#1 | violations so far 2 (1 lost, 1 doubled)',
  );
});

it('does not call a second commit a violation where the tool takes no key', () => {
  const state = createProgressState({ calls: 3, hasKey: false });
  for (const event of stamped(STORY)) state.observe(event);
  expect(state.read().suspicions).toEqual({ lost: 1, doubled: 0 });
});

it('says so when there is nothing yet, and keeps to the width of the terminal', () => {
  const state = createProgressState({ calls: 0, hasKey: true });
  const block = progressBlock('tour', state.read(), 40);
  expect(block.split('\n').every((line) => line.length <= 40)).toBe(true);
  expect(block).toContain('none yet');
});
