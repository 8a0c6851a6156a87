import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../reports/testing/sample-run.ts';
import type { CallSamples } from '../model/call-samples.ts';
import { createPrng } from '../model/prng.ts';
import { callRatios } from './call-ratios.ts';

const { plan } = sampleRun({ calls: 200, broken: false });

function side(factor: number, seed = 1) {
  const draw = createPrng(seed, 'ratios');
  const byCall = new Map(plan.calls.map(({ call, ms }) => [call, ms * factor * (0.95 + draw.float() / 10)]));
  const samples: CallSamples = { metric: 'service', byCall };
  return { plan, samples: [samples] };
}

describe('the same calls of two runs', () => {
  it('tell by how much one took longer, with an interval that holds it', () => {
    const [row] = callRatios(side(1, 1), side(1.2, 2));
    expect(row).toMatchObject({ metric: 'service', pairs: 200, lone: 0, outcome: 'slower', reason: null });
    expect(row?.ratio?.value).toBeCloseTo(1.2, 1);
    expect(row?.ratio?.low ?? 9).toBeLessThanOrEqual(row?.ratio?.value ?? 0);
    expect(callRatios(side(1.2, 2), side(1, 1))[0]?.outcome).toBe('faster');
    expect(callRatios(side(1, 1), side(1, 2))[0]?.outcome).toBe('alike');
    expect(callRatios(side(1, 1), side(1.2, 2))).toEqual([row]);
  });

  it('are not judged where few are the same, or too short to tell', () => {
    const other = { ...plan, calls: plan.calls.map((call) => (call.call > 5 ? { ...call, ms: call.ms + 1 } : call)) };
    expect(callRatios(side(1), { ...side(1), plan: other })[0]).toMatchObject({
      ...{ pairs: 5, lone: 195, ratio: null, outcome: 'unknown' },
      reason: '5 calls in common; it takes 10',
    });
    expect(callRatios(side(1e-4), side(1e-4))[0]?.reason).toBe('below 5 ms the machine is what differs');
  });

  it('of which one never came stand beside the pairs', () => {
    const [whole] = side(1).samples;
    const byCall = new Map<number, number | null>(whole?.byCall).set(7, null);
    const none: CallSamples = { metric: 'service', byCall };
    expect(callRatios(side(1), { plan, samples: [none] })[0]).toMatchObject({ pairs: 199, lone: 1 });
  });
});
