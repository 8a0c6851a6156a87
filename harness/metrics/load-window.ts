import { NS_PER_MS, NS_PER_SECOND } from '../model/clock.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import { LOAD_START } from '../model/load.ts';
import type { Plan } from '../model/plan.ts';

/** The part of a measured load that counts, ns from run start. */
export interface LoadWindow {
  readonly fromT: number;
  readonly toT: number;
}

/**
 * From the end of the warm-up to the end of the schedule; where a load has none, until it had drained. null: the load was not
 * there to be measured, or did not last until its warm-up was over.
 */
export function loadWindow(plan: Plan, history: HistoryIndex): LoadWindow | null {
  const { warmupMs, forMs, stages } = plan.load;
  const begun = history.notes.find(({ topic }) => topic === LOAD_START);
  if (warmupMs === undefined || begun === undefined) return null;
  const { originT = begun.t } = begun.data ?? {};
  if (typeof originT !== 'number') return null;
  const scheduledMs = forMs ?? stages?.reduce((sum, stage) => sum + stage.forMs, 0);
  const drainedT = history.notes.find(({ topic }) => topic === 'drained')?.t ?? history.endT;
  const fromT = originT + warmupMs * NS_PER_MS;
  const toT = scheduledMs === undefined ? drainedT : Math.min(drainedT, originT + scheduledMs * NS_PER_MS);
  return toT > fromT ? { fromT, toT } : null;
}

/** How many of these instants lie in the window, by second; to three decimals. */
export function perSecond(instants: Iterable<number>, { fromT, toT }: LoadWindow): number {
  let count = 0;
  for (const t of instants) if (t >= fromT && t < toT) count += 1;
  return Math.round(((count * NS_PER_SECOND) / (toT - fromT)) * 1000) / 1000;
}
