import { intendedT, sentCalls } from '../metrics/timeline.ts';
import { most } from '../model/extreme.ts';
import { fatesOf } from '../model/fates.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Plan } from '../model/plan.ts';
import type { Fate } from '../model/verdict.ts';
import type { Phase } from '../plan/threshold-text.ts';
import type { MeasuredPart } from './measured-part.ts';
import type { Measured } from './threshold-evaluation.ts';

/** Between two instants, ns from run start, both ends included. */
interface Span {
  readonly fromT: number;
  readonly toT: number;
}

/**
 * The part of the run that each call that was sent belongs to, by its number. `fault`: a fault was at work, or the server away,
 * between its intended start and its end. `recovery`: it came after such a time and before all that was caught in it was over.
 * `clean`: the others.
 */
export function phasesOf(history: HistoryIndex): ReadonlyMap<number, Phase> {
  const troubles = troubleOf(history);
  const spans = sentCalls(history).map((call) => ({ call, span: spanOf(call, history) }));
  const aftermaths = troubles.map(({ fromT, toT }): Span => {
    const caught = spans.filter(({ call, span }) => isOver(call) && overlap(span, { fromT, toT }));
    return { fromT: toT, toT: Math.max(toT, most(caught.map(({ span }) => span.toT))) };
  });
  return new Map(
    spans.map(({ call, span }) => {
      if (troubles.some((trouble) => overlap(span, trouble))) return [call.planned.call, 'fault'];
      const isAfter = aftermaths.some(({ fromT, toT }) => span.fromT >= fromT && span.fromT <= toT);
      return [call.planned.call, isAfter ? 'recovery' : 'clean'];
    }),
  );
}

/** What thresholds may ask of a part of a run. Only metrics that are counted call by call are measured there. */
export function partsOf(
  plan: Plan,
  history: HistoryIndex,
  metrics: readonly Metric[],
  measured: MeasuredPart,
): Pick<Measured, 'during'> {
  if (history.folded !== null) return {};
  return {
    during(phase) {
      const phases = phasesOf(history);
      const isIn = (call: number) => phases.get(call) === phase;
      const ofPhase = (part: HistoryIndex) => part.calls.filter(({ planned }) => isIn(planned.call));
      const values: Record<string, MetricValue> = {};
      for (const metric of metrics) {
        if (metric.meta.perCall !== true) continue;
        const part = measured(metric);
        const value = metric.measure({ plan, history: { ...part, calls: ofPhase(part), derivations: new Map() } });
        if (value !== null) values[metric.meta.id] = value;
      }
      const fates: Partial<Record<Fate, number>> = {};
      for (const { call, fate } of fatesOf(plan, history)) if (isIn(call)) fates[fate] = (fates[fate] ?? 0) + 1;
      return { metrics: values, fates, calls: ofPhase(history).length };
    },
  };
}

/** When a fault was at work, from its start to its end, and when the server was away and not because the run was over. */
function troubleOf(history: HistoryIndex): readonly Span[] {
  const faults = new Map<string, Span>();
  for (const { entry, phase, t } of history.faults) {
    if (phase === 'plan') continue;
    const before = faults.get(entry);
    faults.set(entry, before === undefined ? { fromT: t, toT: t } : { ...before, toT: Math.max(before.toT, t) });
  }
  const away = history.boots.flatMap(({ boot, exit }): readonly Span[] => {
    if (exit === null || (exit.by ?? 'harness') === 'harness') return [];
    const next = history.boots.find((other) => other.boot > boot && other.ready !== null);
    return [{ fromT: exit.t, toT: next?.ready?.t ?? history.endT }];
  });
  return [...faults.values(), ...away];
}

/** From its intended start until its agent knew how it ended, or gave up; else to the end of the run. */
function spanOf(call: CallView, { endT }: HistoryIndex): Span {
  const ends = [...call.knows, ...call.quits].map(({ t }) => t);
  return { fromT: intendedT(call) ?? endT, toT: ends.length === 0 ? endT : most(ends) };
}

function isOver({ knows, quits }: CallView): boolean {
  return knows.length + quits.length > 0;
}

function overlap(a: Span, b: Span): boolean {
  return a.fromT <= b.toT && b.fromT <= a.toT;
}
