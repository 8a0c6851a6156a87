import { expect, it } from 'vitest';
import { createHistory } from '../model/testing/history-builder.ts';
import { judge } from './judge.ts';

it('leaves what was meant to start in the warm-up out of latencies, and nothing out of the books', async () => {
  const load = {
    id: 'stages',
    model: 'open',
    options: {},
    stages: [{ forMs: 2000, from: 2, to: 2 }],
    warmupMs: 1000,
  } as const;
  const h = createHistory({ calls: 3, plan: { load, thresholds: ['ack-latency.max during clean < 50ms'] } });
  h.note(0, 'load-start');
  const starts = [0, 1000, 1500];
  for (const [index, atMs] of starts.entries()) {
    const call = index + 1;
    h.add(atMs, { kind: 'gen', call, lateness: 0 });
    const create = h.create(atMs, call, { intended: atMs * 1e6 });
    // The first is slow, as first calls are.
    h.done(atMs + (call === 1 ? 400 : 10 * call), create, { task: `task-${call}` });
    h.add(atMs + 450, { kind: 'know', task: `task-${call}`, call, agent: 1 });
  }
  h.finish(3000, []);
  const { metrics, fates } = await judge({ plan: h.plan, history: h.history() });
  expect(Object.values(fates).reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(metrics['ack-latency']).toMatchObject({ count: 2, min: 20, max: 30 });
  expect(metrics['generator-lateness']).toMatchObject({ count: 2 });
});
