import type { EvaluationCell } from '../../model/evaluation/document.ts';
import type { MeasureMeta } from '../../model/evaluation/measure.ts';
import type { MutantRow } from '../../model/evaluation/mutant-row.ts';
import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { groupBy } from '../../model/grouping.ts';

type PolicyMeta = EvaluationPolicy['meta'];

const REFERENCE = 'reference';
const UNREMARKABLE = 0.05; // Of the figure of the reference, or of 1 for a share.

/**
 * Whether each mutant is worst on what it spoils, and otherwise an agent like the others. Of each law the episodes with receipts;
 * none where the reference or every mutant is missing. A measure that does not say which way is better is left out.
 */
export function mutantRows(
  cells: readonly EvaluationCell[],
  measures: readonly MeasureMeta[],
  policies: readonly PolicyMeta[],
): readonly MutantRow[] {
  const judged = measures.filter(({ better }) => better !== 'neither');
  const groups = groupBy(
    cells.filter(({ mode }) => mode === 'async'),
    ({ law }) => law,
  );
  return [...groups.values()].flatMap((group) => {
    const reference = group.find(({ agent }) => agent === REFERENCE);
    if (reference === undefined) return [];
    return group.flatMap((cell) => {
      const policy = policies.find(({ id }) => id === cell.agent);
      if (policy === undefined) return [];
      return policy.spoils.flatMap((spoiled) => {
        const measure = judged.find(({ id }) => id === spoiled);
        return measure === undefined ? [] : [rowOf(measure, { cell, policy, group, reference, judged })];
      });
    });
  });
}

interface Surroundings {
  readonly cell: EvaluationCell;
  readonly policy: PolicyMeta;
  readonly group: readonly EvaluationCell[];
  readonly reference: EvaluationCell;
  readonly judged: readonly MeasureMeta[];
}

function rowOf(measure: MeasureMeta, { cell, policy, group, reference, judged }: Surroundings): MutantRow {
  const own = badness(cell, measure);
  let next: { agent: string; bad: number } | null = null;
  for (const other of group) {
    const bad = other === cell ? null : badness(other, measure);
    if (bad !== null && (next === null || bad > next.bad)) next = { agent: other.agent, bad };
  }
  const others = judged.filter(({ id }) => !policy.spoils.includes(id) && reference.scores[id] !== undefined);
  const { agent, mode, law } = cell;
  const isShown = own !== null && own > (badness(reference, measure) ?? Number.NEGATIVE_INFINITY);
  return {
    ...{ agent, mode, law, measure: measure.id },
    value: cell.scores[measure.id]?.value ?? null,
    next: next === null ? null : { agent: next.agent, value: measure.better === 'higher' ? -next.bad : next.bad },
    isWorst: isShown ? own > (next?.bad ?? Number.NEGATIVE_INFINITY) : null,
    why: isShown ? null : whyHidden(policy),
    unremarkable: others.filter((other) => isUnremarkable(other, cell, reference)).length,
    others: others.length,
  };
}

function whyHidden({ showsWhere }: PolicyMeta): string {
  return `nothing here to fail at${showsWhere === undefined ? '' : `: it shows itself where ${showsWhere}`}`;
}

/** A figure that could not be taken is remarkable. */
function isUnremarkable(measure: MeasureMeta, cell: EvaluationCell, reference: EvaluationCell): boolean {
  const own = badness(cell, measure);
  const best = badness(reference, measure);
  if (own === null || best === null) return false;
  return own - best <= UNREMARKABLE * (measure.unit === 'ratio' ? 1 : Math.abs(best));
}

/** The figure, turned so that higher is worse. */
function badness({ scores }: EvaluationCell, { id, better }: MeasureMeta): number | null {
  const value = scores[id]?.value;
  return value === undefined ? null : better === 'higher' ? -value : value;
}
