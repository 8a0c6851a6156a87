import { msOf } from '../model/clock.ts';
import { fatesOf } from '../model/fates.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { RateValue, TrendValue } from '../model/metric-value.ts';
import type { Plan } from '../model/plan.ts';
import { rate } from './rate.ts';
import { trendOf } from './timeline.ts';

/** What several metrics of recovery read off a history, written once. Times are ns from run start. */

/** From the strike of a fault that lasts on the server to its undoing, when the server answers again; null: that never came. */
export interface Outage {
  readonly fromSeq: number;
  readonly healSeq: number | null;
  readonly healT: number | null;
  /** Calls with a receipt whose task nobody had seen finished when it began. */
  readonly calls: readonly CallView[];
}

/** How a task came through: the worst that is true of it. */
export type Grade = 'kept' | 'failed' | 'lost' | 'zombie' | 'doubled';

export function outagesOf(plan: Plan, history: HistoryIndex): readonly Outage[] {
  const lasting = new Set(
    plan.faults
      .filter(({ trigger }) => trigger.kind === 'event' || trigger.kind === 'time' || trigger.kind === 'boundary')
      .map(({ entry }) => entry),
  );
  return history.faults
    .filter(({ entry, phase }) => phase === 'start' && lasting.has(entry))
    .map(({ entry, seq }) => {
      const heal = history.faults.find((other) => other.entry === entry && other.phase === 'stop' && other.seq > seq);
      const calls = history.calls.filter((call) => isUnderWay(history, call, seq));
      return { fromSeq: seq, healSeq: heal?.seq ?? null, healT: heal?.t ?? null, calls };
    });
}

/** One sample an outage, in ms from its heal; null: it never came. No outage: no evidence. */
export function sinceHeal(
  plan: Plan,
  history: HistoryIndex,
  reachedT: (outage: Outage & { readonly healT: number; readonly healSeq: number }) => number | null | undefined,
): TrendValue | null {
  const samples = outagesOf(plan, history).map((outage) => {
    const { healT, healSeq } = outage;
    if (healT === null || healSeq === null) return null;
    const t = reachedT({ ...outage, healT, healSeq });
    return t === undefined ? undefined : t === null ? null : msOf(Math.max(0, t - healT));
  });
  return trendOf(
    samples.filter((sample) => sample !== undefined),
    'ms',
  );
}

/** The share of the calls that were under way in an outage which came through it like that. null: none was. */
export function gradeShare(plan: Plan, history: HistoryIndex, grade: Grade): RateValue | null {
  const struck = new Set(outagesOf(plan, history).flatMap(({ calls }) => calls.map(({ planned }) => planned.call)));
  const grades = fatesOf(plan, history).flatMap(({ call, fate }) => {
    if (!struck.has(call)) return [];
    return [fate === 'unread' ? unreadGrade(history, call) : GRADES[fate]];
  });
  const known = grades.filter((one) => one !== undefined);
  return rate(known.filter((one) => one === grade).length, known.length);
}

/** Of other fates it cannot be said how the outage went for them. */
const GRADES: Readonly<Record<string, Grade | undefined>> = {
  doubled: 'doubled',
  lost: 'lost',
  stuck: 'zombie',
  'settled-failed': 'failed',
  'settled-ok': 'kept',
};

function unreadGrade(history: HistoryIndex, call: number): Grade | undefined {
  const ends = (history.call(call)?.tasks ?? []).map((task) => history.tasks.get(task)?.settled?.event.status);
  if (ends.includes('completed')) return 'kept';
  return ends.some((status) => status !== undefined) ? 'failed' : undefined;
}

function isUnderWay(history: HistoryIndex, call: CallView, seq: number): boolean {
  const [ack] = call.acks;
  if (ack === undefined || ack.end.seq > seq || call.tasks.length === 0) return false;
  return call.tasks.some((task) => (history.tasks.get(task)?.settled?.event.seq ?? Number.POSITIVE_INFINITY) > seq);
}
