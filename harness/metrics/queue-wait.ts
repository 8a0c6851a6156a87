import type { CallView } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { ackedCalls, earliest, expectsCommit, firstAck, hasOrderedEffects, trendMs } from './timeline.ts';

/**
 * Time from the receipt to the first begin of the effect, ms, one sample an acked call; work that began before its receipt
 * arrived waited 0. Acked calls that never began are censored. null: the target reports no begin at all.
 */
export const queueWait: Metric = {
  meta: {
    id: 'queue-wait',
    title: 'Queue wait',
    description: 'From the receipt to the moment the work began, as the effect ledger shows it.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
    perCall: true,
  },
  measure({ plan, history }) {
    if (!hasOrderedEffects(plan) || !history.effects.some((effect) => effect.phase === 'begin')) return null;
    return trendMs(
      ackedCalls(history)
        .map(queueWaitNs)
        .filter((ns) => ns !== undefined),
    );
  },
};

/** From the receipt of one acked call to the begin of its work, ns; null: it never began, undefined: nor was it to. */
export function queueWaitNs(call: CallView): number | null | undefined {
  if (!expectsCommit(call.planned) && call.begins.length === 0) return undefined;
  const begin = earliest(call.begins, (effect) => effect.at);
  const acked = firstAck(call);
  return begin === null || acked === null ? null : Math.max(0, begin.at - acked.end.t);
}
