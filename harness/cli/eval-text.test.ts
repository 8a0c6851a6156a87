import { describe, expect, it } from 'vitest';
import { sampleEvaluation } from '../../reports/testing/sample-evaluation.ts';
import { evaluationText } from './eval-text.ts';

const { document } = await sampleEvaluation();
const [cell] = document.cells;
if (cell === undefined) throw new Error('expected a cell');

describe('an evaluation on a terminal', () => {
  it('says how sure success is over seeds, and that fewer than four are too few', () => {
    expect(evaluationText(document, 120)).not.toContain('pass@1');
    const withSeeds = (seeds: readonly number[], pass4: number | null) =>
      evaluationText(
        {
          ...document,
          settings: { ...document.settings, seeds },
          cells: [{ ...cell, passes: { pass1: 0.75, pass4 } }],
        },
        120,
      );
    expect(withSeeds([1, 2, 3, 4], 0.5)).toMatch(/in each of four \(over 4 seeds\)\n[\s\S]*0\.750 +│ +0\.500/);
    expect(withSeeds([1, 2], null)).toMatch(/over 2 seeds; pass\^4 needs four seeds\)\n[\s\S]*0\.750 +│ +–/);
  });

  it('has success law by law where there are several', () => {
    expect(evaluationText(document, 120)).toMatch(/task success \(async\) by law of latency\n.*\n.*uniform.*reversed/);
    const one = { ...document, settings: { ...document.settings, laws: ['uniform'] } };
    expect(evaluationText(one, 120)).not.toContain('by law of latency');
  });

  it('says what a crash cost, and where nothing tells', () => {
    const share = { kind: 'share', hits: 3, cases: 4, value: 0.75, low: 0.3, high: 0.95 } as const;
    const cost = { kind: 'value', cases: 3, value: 12_400, sd: 500, low: 11_000, high: 13_800 } as const;
    const crash = { agent: 'reference', who: 'agent', phase: 'mid-run', keepsIds: true, episodes: 4 } as const;
    const known = { ...crash, resumed: share, ids: share, results: null, doubledEffects: 0.5, costMs: cost };
    const text = evaluationText({ ...document, crashes: [known, { ...known, costMs: null }] }, 120);
    expect(text).toMatch(/mid-run +│ kept +│ +0\.750 +│ +0\.750 +│ +– +│ +0\.50 +│ +12\.4 s +│ +4/);
    expect(text).toMatch(/mid-run +│ kept +│ +0\.750 +│ +0\.750 +│ +– +│ +0\.50 +│ +– +│ +4/);
  });
});
