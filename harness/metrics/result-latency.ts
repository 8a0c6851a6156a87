import { bySeq, hasOutcome } from '../model/answer.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { intendedT, sentCalls, trendMs } from './timeline.ts';

/**
 * Time from the first request of a call until its result reached the client, for a client that is not ours and does not say when
 * it knows. One sample a call; censored: it never did.
 */
export const resultLatency: Metric = {
  meta: {
    id: 'result-latency',
    title: 'Result latency',
    description: 'From the first request of a call until its result reached a client of somebody else.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
    perCall: true,
  },
  measure({ plan, history }) {
    if (plan.client === undefined) return null;
    return trendMs(sentCalls(history).map((call) => latencyNs(history, call)));
  },
};

function latencyNs(history: HistoryIndex, call: CallView): number | null {
  const start = intendedT(call);
  const replies = [...call.creates, ...call.reads].flatMap(({ end }) => (end?.kind === 'ok' ? [end] : []));
  const told = call.tasks.flatMap((task) =>
    (history.tasks.get(task)?.sightings ?? []).flatMap(({ event, inv }) => (inv === undefined ? [event] : [])),
  );
  const first = [...replies, ...told].filter(hasOutcome).sort(bySeq)[0];
  return first === undefined || start === null ? null : first.t - start;
}
