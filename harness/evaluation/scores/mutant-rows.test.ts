import { describe, expect, it } from 'vitest';
import type { EvaluationCell } from '../../model/evaluation/document.ts';
import type { MeasureMeta } from '../../model/evaluation/measure.ts';
import { mutantRows } from './mutant-rows.ts';

const measure = (id: string, rest: Partial<MeasureMeta> = {}): MeasureMeta => ({
  ...{ id, title: id, description: id, unit: 'ratio', better: 'lower', group: 'preservation', origin: 'new' },
  ...rest,
});
const MEASURES = [
  measure('losses'),
  measure('success', { better: 'higher' }),
  measure('time', { unit: 'ms' }),
  measure('order', { better: 'neither' }),
];
const policy = (id: string, spoils: readonly string[]) => ({ id, title: id, description: id, spoils });

function cell(agent: string, figures: Readonly<Record<string, number>>): EvaluationCell {
  const scores = Object.fromEntries(
    Object.entries(figures).map(([id, value]) => [
      id,
      { kind: 'value' as const, cases: 9, value, sd: 0, low: value, high: value },
    ]),
  );
  return {
    ...{ agent, mode: 'async', law: 'uniform', episodes: 9, ends: {}, scores, byKind: {}, requests: 0, calls: 0 },
    passes: { pass1: null, pass4: null },
  };
}

const REFERENCE = cell('reference', { losses: 0, success: 1, time: 100, order: 0.5 });

describe('the table of mutants', () => {
  it('sets each beside the next worst, and counts where it is like the reference', () => {
    const loser = cell('loser', { losses: 0.4, success: 0.96, time: 106, order: 0.9 });
    const other = cell('other', { losses: 0.1, success: 1, time: 100 });
    const policies = [policy('loser', ['losses']), policy('other', []), policy('reference', [])];
    expect(mutantRows([REFERENCE, loser, other], MEASURES, policies)).toEqual([
      {
        ...{ agent: 'loser', mode: 'async', law: 'uniform', measure: 'losses', value: 0.4 },
        ...{ next: { agent: 'other', value: 0.1 }, isWorst: true, why: null, unremarkable: 1, others: 2 },
      },
    ]);
  });

  it('does not call worst who has a worse or an equal one beside it, in either direction', () => {
    const policies = [policy('one', ['success']), policy('two', ['success'])];
    const rows = (one: number, two: number) =>
      mutantRows([REFERENCE, cell('one', { success: one }), cell('two', { success: two })], MEASURES, policies).map(
        ({ isWorst }) => isWorst,
      );
    expect(rows(0.5, 0.5)).toEqual([false, false]);
    expect(rows(0.5, 0.2)).toEqual([false, true]);
  });

  it('says when a mutant found nothing to fail at', () => {
    const literal = { ...policy('literal', ['losses']), showsWhere: 'tools fail' };
    const why = 'nothing here to fail at: it shows itself where tools fail';
    const rows = (figures: Readonly<Record<string, number>>) =>
      mutantRows([REFERENCE, cell('literal', figures)], MEASURES, [literal]);
    expect(rows({ losses: 0 })).toMatchObject([{ value: 0, isWorst: null, why }]);
    expect(rows({ success: 1 })).toMatchObject([{ value: null, isWorst: null, why, unremarkable: 1, others: 2 }]);
  });

  it('needs the reference, and receipts', () => {
    const policies = [policy('loser', ['losses'])];
    const loser = cell('loser', { losses: 0.4 });
    expect(mutantRows([loser], MEASURES, policies)).toEqual([]);
    const sync = [REFERENCE, loser].map((one) => ({ ...one, mode: 'sync' as const }));
    expect(mutantRows(sync, MEASURES, policies)).toEqual([]);
  });
});
