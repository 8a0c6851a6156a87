import type { CallView } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { hasEffects, sentCalls } from './timeline.ts';

/**
 * O3: work that was done under a receipt that got lost, so that nobody holds its task. Creates that share a key are one
 * piece of work; a create without a key is one of its own. Counted are pieces that may have been created and were never
 * acked, as far as there are more commits than acked pieces to explain them. null: effects cannot be seen.
 */
export const orphansUnreferenced: Metric = {
  meta: {
    id: 'orphans-unreferenced',
    title: 'Unreferenced work (O3)',
    description: 'Work done under a lost receipt: nobody holds its task.',
    type: 'counter',
    unit: 'tasks',
    better: 'lower',
  },
  measure({ plan, history }) {
    const sent = sentCalls(history);
    if (!hasEffects(plan) || sent.length === 0) return null;
    return counter(
      sent.reduce((total, call) => total + lostPieces(call), 0),
      'tasks',
    );
  },
};

function lostPieces(call: CallView): number {
  const pieces = new Map<string, { held: boolean; unsure: boolean }>();
  for (const { inv, end } of call.creates) {
    const id = inv.key === undefined ? `create ${inv.seq}` : `key ${inv.key}`;
    const piece = pieces.get(id) ?? { held: false, unsure: false };
    pieces.set(id, piece);
    if (end?.kind === 'ok') piece.held = true;
    else if (end?.kind === 'info') piece.unsure = true;
  }
  const all = [...pieces.values()];
  const heldCount = all.filter((piece) => piece.held).length;
  const lostCount = all.filter((piece) => !piece.held && piece.unsure).length;
  // Work that began and was cut off leaves no commit, yet a call that holds nothing shows that somebody took it on.
  const doneCount = heldCount === 0 && call.begins.length > 0 ? Math.max(1, call.commits.length) : call.commits.length;
  return Math.min(lostCount, Math.max(0, doneCount - heldCount));
}
