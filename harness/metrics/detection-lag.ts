import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import type { Plan } from '../model/plan.ts';
import { ackedCalls, terminalSeen, trendMs, workEndT } from './timeline.ts';

/**
 * Time from the end of the work to the first moment its agent saw the task terminal, ms, one sample an acked call. The end
 * is the first commit; without one, the `lastUpdatedAt` of the terminal status (the server's clock, whole ms). A task seen
 * terminal before its end counts 0. Acked calls whose agent never saw the end are censored; one whose end nobody can
 * date is left out.
 */
export const detectionLag: Metric = {
  meta: {
    id: 'detection-lag',
    title: 'Detection lag',
    description:
      'From the end of the work (its commit, or the terminal time the server states) until its agent saw it.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
    perCall: true,
  },
  measure({ plan, history }) {
    return trendMs(
      ackedCalls(history).flatMap((call) => {
        const lagNs = detectionLagNs(plan, history, call);
        return lagNs === undefined ? [] : [lagNs];
      }),
    );
  },
};

/** The lag of one acked call, ns; null: its agent never saw the end, undefined: nobody can date it. */
export function detectionLagNs(plan: Plan, history: HistoryIndex, call: CallView): number | null | undefined {
  const seen = terminalSeen(history, call);
  if (seen === null) return null;
  const endT = workEndT(plan, history, call, seen.lastUpdatedAt);
  return endT === null ? undefined : Math.max(0, seen.t - endT);
}
