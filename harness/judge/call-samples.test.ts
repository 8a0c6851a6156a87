import { describe, expect, it } from 'vitest';
import { ascendingSamples } from '../model/call-samples.ts';
import { indexHistory } from '../model/history-index.ts';
import { trend } from '../model/percentile.ts';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { tellLongRun } from '../model/testing/long-history.ts';
import { callSamples } from './call-samples.ts';
import { judgeIndex } from './judge.ts';

describe('the samples of calls', () => {
  it('are those behind the statistics of the verdict', async () => {
    const { plan, history } = tellLongRun(3000);
    const index = indexHistory(plan, history());
    const { metrics } = await judgeIndex({ plan, history: index });
    const samples = callSamples(plan, index);
    expect(samples.map(({ metric }) => metric)).toEqual([
      'ack-latency',
      'queue-wait',
      'service',
      'detection-lag',
      'end-to-end',
    ]);
    for (const own of samples) {
      const { ms, never } = ascendingSamples(own);
      expect(trend(ms, { unit: 'ms', censored: never })).toEqual(metrics[own.metric]);
    }
  });

  it('keep calls that never came to an end, as null', () => {
    const h = createHistory({ calls: 2 });
    h.ok(11, h.create(10, 1), { task: taskOf(1), status: 'working' });
    h.info(21, h.create(20, 2), 'reset');
    h.finish(30, []);
    const [acks] = callSamples(h.plan, indexHistory(h.plan, h.history()));
    expect([...(acks?.byCall ?? [])]).toEqual([
      [1, 1],
      [2, null],
    ]);
  });
});
