import { loadWindow } from '../metrics/load-window.ts';
import { intendedT } from '../metrics/timeline.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import type { Plan } from '../model/plan.ts';

/** What a metric is measured on. */
export type MeasuredPart = (metric: Metric) => HistoryIndex;

/**
 * All of the history but what belongs to the warm-up of a measured load: calls that were meant to start in it are left out
 * where calls are what is measured, and the generator is measured after it. Invariants and fates are judged on all of it.
 */
export function measuredPart(plan: Plan, history: HistoryIndex): MeasuredPart {
  const { warmupMs = 0 } = plan.load;
  const fromT = warmupMs > 0 ? loadWindow(plan, history)?.fromT : undefined;
  if (fromT === undefined) return () => history;
  const counts = (call: CallView) => {
    const t = intendedT(call);
    return t === null ? (call.planned.atMs ?? 0) >= warmupMs : t >= fromT;
  };
  const gens = history.gens.filter(({ t, lateness = 0 }) => t - lateness >= fromT);
  // What units derive from a history does not hold for a part of it.
  const whole: HistoryIndex = { ...history, gens };
  const part: HistoryIndex = { ...whole, calls: history.calls.filter(counts), derivations: new Map() };
  return ({ meta }) => (meta.perCall === true ? part : whole);
}
