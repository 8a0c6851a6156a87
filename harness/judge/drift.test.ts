import { expect, it } from 'vitest';
import { indexHistory } from '../model/history-index.ts';
import { createHistory } from '../model/testing/history-builder.ts';
import { driftsOf } from './drift.ts';

const SECONDS = 120;

/** A load of two minutes, the first ten seconds of which are warm-up, with a call and a look at the server each second. */
function soaked(memoryAt: (second: number) => number, latencyMsAt: (second: number) => number) {
  const stages = [{ forMs: SECONDS * 1000, from: 1, to: 1 }];
  const load = { id: 'stages', model: 'open', options: {}, stages, warmupMs: 10_000 } as const;
  const h = createHistory({ calls: SECONDS, plan: { load } });
  h.add(0, { kind: 'note', topic: 'load-start', data: { originT: 0 } });
  for (let second = 0; second < SECONDS; second += 1) {
    const atMs = second * 1000;
    const create = h.create(atMs, second + 1, { intended: atMs * 1e6 });
    h.done(atMs + latencyMsAt(second), create, { task: `task-${second}` });
    const data = { process: 'server', memoryMiB: memoryAt(second), handles: 30 + (second % 2) };
    h.add(atMs + 500, { kind: 'note', topic: 'resources', data });
  }
  h.note(SECONDS * 1000, 'drained');
  return driftsOf(h.plan, indexHistory(h.plan, h.history()));
}

const verdicts = (drifts: ReturnType<typeof driftsOf>) =>
  Object.fromEntries(drifts.map(({ what, verdict }) => [what, verdict]));

it('finds memory that grows and says nothing of what stays as it is', () => {
  const drifts = soaked(
    (second) => 80 + second * 0.2 + (second % 5),
    (second) => 5 + (second % 3),
  );
  expect(verdicts(drifts)).toEqual({
    'memory of server': 'grows',
    'handles of server': 'level',
    'latency of receipts': 'level',
    'latency of reads': 'unknown',
  });
  // 0.2 MiB a second.
  expect(drifts[0]?.slope?.perHour).toBeCloseTo(720, -2);
});

it('finds latency that creeps up, and leaves the warm-up out', () => {
  const drifts = soaked(
    (second) => (second < 10 ? 40 + second * 4 : 80),
    (second) => 5 + second / 10,
  );
  expect(verdicts(drifts)).toMatchObject({ 'memory of server': 'level', 'latency of receipts': 'grows' });
});
