import { describe, expect, it } from 'vitest';
import { sampleTarget } from '../model/testing/sample-plan.ts';
import { loadScenario } from '../plan/scenario-file.ts';
import { type LoadFlags, rateOf, stageOf, timeOf } from './load-options.ts';
import { underLoad } from './load-scenario.ts';

describe('the load that flags ask for', () => {
  const scenario = loadScenario('small-tasks');
  const of = (flags: Omit<LoadFlags, 'arrivals'>) =>
    underLoad(scenario, { arrivals: 'even', ...flags }, sampleTarget());

  it('is read from rates, times and stages', () => {
    expect([rateOf('200/s'), rateOf('200'), rateOf('90/m')]).toEqual([200, 200, 1.5]);
    expect([timeOf('500ms'), timeOf('0'), timeOf('2m'), timeOf('1.5h')]).toEqual([500, 0, 120_000, 5_400_000]);
    expect(() => timeOf('30')).toThrow("'30' is no time; expected for example 500ms, 30s or 2m");
    expect(stageOf('10s:50')).toEqual({ forMs: 10_000, from: 50, to: 50 });
    expect(stageOf('20s:50..200/s')).toEqual({ forMs: 20_000, from: 50, to: 200 });
    for (const wrong of ['10s', '10s:', '10s:5..', '10s:1..2..3', '10s:a', '0s:5', '10s:-1', 'x:5']) {
      expect(() => stageOf(wrong), wrong).toThrow(/expected/);
    }
    expect(() => rateOf('0/s')).toThrow('expected a rate above 0');
  });

  it('is open by default, with the warm-up before it', () => {
    const { calls, load } = of({ rate: 200, duration: 10_000, warmup: 2000 });
    expect(calls).toBe(2400);
    expect(load).toEqual({
      id: 'stages',
      options: { byChance: 0 },
      stages: [
        { forMs: 2000, from: 200, to: 200 },
        { forMs: 10_000, from: 200, to: 200 },
      ],
      warmupMs: 2000,
    });
  });

  it('is partly open where visitors make several calls', () => {
    const { calls, load } = of({ rate: 10, duration: 1000, warmup: 0, callsEach: 4, think: 50, inFlightMax: 7 });
    expect(calls).toBe(40);
    expect(load).toEqual({
      id: 'partly-open',
      options: { byChance: 0, callsEach: 4, thinkMs: 50 },
      stages: [{ forMs: 1000, from: 10, to: 10 }],
      warmupMs: 0,
      inFlightMax: 7,
    });
  });

  it('is closed where a concurrency is given, and ends by the clock or after its calls', () => {
    const byClock = of({ concurrency: 8, duration: 2000, warmup: 1000 });
    expect(byClock.agents.count).toBe(8);
    // The shortest work takes 10 ms.
    expect(byClock.calls).toBe(8 * 300);
    expect(byClock.load).toEqual({
      id: 'closed',
      options: { thinkMs: 0, spreadMs: 0 },
      warmupMs: 1000,
      forMs: 3000,
    });
    const counted = of({ concurrency: 8, calls: 100 });
    expect([counted.calls, counted.load.forMs, counted.load.warmupMs]).toEqual([100, undefined, 0]);
  });

  it('is refused where two of them exclude each other', () => {
    expect(() => of({ rate: 5, concurrency: 2 })).toThrow('--rate and --concurrency exclude each other');
    expect(() => of({ stages: [stageOf('1s:5')], duration: 1000 })).toThrow('--stages and --duration exclude');
    expect(() => of({ calls: 5 })).toThrow('--calls belongs to --concurrency');
    expect(() => of({ rate: 0.001, duration: 1, warmup: 0, callsEach: 1, think: 3, inFlightMax: 1 })).not.toThrow();
    expect(() => of({ stages: [stageOf('1s:0')], warmup: 0 })).toThrow('no call would ever arrive');
    expect(() => of({ rate: 1000, duration: 3_600_000 })).toThrow('1000000 at most');
  });
});
