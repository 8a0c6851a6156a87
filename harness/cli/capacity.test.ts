import { describe, expect, it } from 'vitest';
import { outcomeOf } from './capacity.ts';

describe('what one run of a search says', () => {
  const figures = { rate: 100, arrivals: 100, results: 100, latenessP99: 2 };
  const threshold = (valid: boolean | 'unknown') => [{ expression: 'ack-latency.p95 < 500ms', valid, value: 700 }];
  const of = (changed: Partial<typeof figures>, valid: boolean | 'unknown' = true, met: boolean | 'unknown' = true) =>
    outcomeOf({ ...figures, ...changed }, { valid, thresholds: threshold(met) }).outcome;

  it('holds where the books and the thresholds do and nothing piles up', () => {
    expect(of({})).toBe('holds');
    expect(of({ results: 96 })).toBe('holds');
  });

  it('fails where an invariant, a threshold or the rate of results does', () => {
    expect(of({}, false)).toBe('fails');
    expect(of({}, true, false)).toBe('fails');
    expect(of({ results: 90 })).toBe('fails');
  });

  it('is the fault of a late generator where it fails, and good in spite of it where it holds', () => {
    expect(of({ latenessP99: 40 }, true, false)).toBe('generator');
    expect(of({ latenessP99: 40, results: 90 })).toBe('generator');
    expect(of({ latenessP99: 40 })).toBe('holds');
    expect(of({ latenessP99: 40 }, false)).toBe('fails');
    expect(of({ arrivals: 90 })).toBe('generator');
  });

  it('is unknown where something could not be judged', () => {
    expect(of({}, 'unknown')).toBe('unknown');
    expect(of({}, true, 'unknown')).toBe('unknown');
  });
});
