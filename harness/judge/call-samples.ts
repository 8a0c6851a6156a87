import { ackLatency, ackLatencyNs } from '../metrics/ack-latency.ts';
import { detectionLag, detectionLagNs } from '../metrics/detection-lag.ts';
import { endToEnd, endToEndNs } from '../metrics/end-to-end.ts';
import { queueWait, queueWaitNs } from '../metrics/queue-wait.ts';
import { service, serviceNs } from '../metrics/service.ts';
import { ackedCalls, sentCalls } from '../metrics/timeline.ts';
import type { CallSamples } from '../model/call-samples.ts';
import { msOf } from '../model/clock.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import type { Plan } from '../model/plan.ts';
import { measuredPart } from './measured-part.ts';

/** In the order of a call's life. `sampleNs` undefined: the call is not in it. */
const DURATIONS: readonly {
  readonly metric: Metric;
  callsOf(history: HistoryIndex): readonly CallView[];
  sampleNs(plan: Plan, history: HistoryIndex, call: CallView): number | null | undefined;
}[] = [
  { metric: ackLatency, callsOf: sentCalls, sampleNs: (_plan, _history, call) => ackLatencyNs(call) },
  { metric: queueWait, callsOf: ackedCalls, sampleNs: (_plan, _history, call) => queueWaitNs(call) },
  { metric: service, callsOf: ({ calls }) => calls, sampleNs: (_plan, _history, call) => serviceNs(call) },
  { metric: detectionLag, callsOf: ackedCalls, sampleNs: detectionLagNs },
  { metric: endToEnd, callsOf: sentCalls, sampleNs: (_plan, _history, call) => endToEndNs(call) },
];

/** The samples behind the latencies of a verdict, call by call: of the same part of the run, and none where the verdict has none. */
export function callSamples(plan: Plan, history: HistoryIndex): readonly CallSamples[] {
  const part = measuredPart(plan, history);
  return DURATIONS.flatMap(({ metric, callsOf, sampleNs }): readonly CallSamples[] => {
    const own = part(metric);
    if (metric.measure({ plan, history: own }) === null) return [];
    const byCall = new Map<number, number | null>();
    for (const call of callsOf(own)) {
      const ns = sampleNs(plan, own, call);
      if (ns !== undefined) byCall.set(call.planned.call, ns === null ? null : msOf(ns));
    }
    return [{ metric: metric.meta.id, byCall }];
  });
}
