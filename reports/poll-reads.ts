import type { CallView, Exchange } from '../harness/model/history-index.ts';
import { isTerminal } from '../harness/model/operation.ts';

/**
 * The polls of one call, as the metrics count them: every question of its agent how the task stands. A request for the result
 * is one too, unless the agent had already seen the task finished: then it only fetches. Final reads are left out.
 */
export function pollReads({ acks, reads }: CallView): readonly Exchange[] {
  const finished = new Set(acks.flatMap(({ end }) => (isTerminal(end.status) ? [end.task] : [])));
  return reads.filter(({ inv, end }) => {
    if (inv.agent === 'auditor' || inv.task === undefined) return false;
    if (inv.op === 'result' && finished.has(inv.task)) return false;
    if (end?.kind === 'ok' && isTerminal(end.status)) finished.add(inv.task);
    return true;
  });
}
