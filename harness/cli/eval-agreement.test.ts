import { describe, expect, it } from 'vitest';
import { sampleEvaluation } from '../../reports/testing/sample-evaluation.ts';
import type { EvaluationDocument, Score } from '../model/evaluation/document.ts';
import type { MeasureMeta } from '../model/evaluation/measure.ts';
import { baselineText, compareEvaluations } from './eval-baseline.ts';

const { document } = await sampleEvaluation();

/** The same in real time, with one figure of the reference moved; `isClear`: out of its interval. */
function moved(measure: MeasureMeta['id'], isClear: boolean): EvaluationDocument {
  const cells = document.cells.map((cell) => {
    const score = cell.scores[measure];
    if (cell.agent !== 'reference' || score === undefined) return cell;
    const value = score.value + 1;
    const ends = isClear ? { low: value, high: value } : { low: 0, high: value };
    return { ...cell, scores: { ...cell.scores, [measure]: { ...score, value, ...ends } satisfies Score } };
  });
  return { ...document, cells, settings: { ...document.settings, time: 'real' } };
}

describe('real against virtual time', () => {
  it('holds nothing against nothing where both are in the same time', () => {
    expect(compareEvaluations(document, document)).not.toHaveProperty('agreements');
  });

  it('names what is equal, what differs within its interval, and what differs beyond it', () => {
    const agreed = (isClear: boolean) =>
      compareEvaluations(document, moved('param-f1', isClear)).agreements?.find(({ agent }) => agent === 'reference');
    expect(agreed(false)).toMatchObject({ within: ['param-f1'], apart: [] });
    expect(agreed(true)).toMatchObject({ within: [], apart: ['param-f1'] });
    expect(agreed(true)?.equal).toBeGreaterThan(20);
  });

  it('does not ask that times be equal', () => {
    const { agreements = [] } = compareEvaluations(document, moved('makespan', true));
    expect(agreements.length).toBe(document.cells.length);
    expect(agreements.flatMap(({ within, apart }) => [...within, ...apart])).toEqual([]);
  });

  it('says so under the table', () => {
    const text = baselineText(compareEvaluations(document, moved('makespan', true)));
    expect(text).toContain(`all of them are equal for ${document.cells.length} of ${document.cells.length} agents`);
  });
});
