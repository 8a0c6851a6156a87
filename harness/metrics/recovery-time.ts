import type { HistoryIndex } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { trendMs } from './timeline.ts';

/**
 * Time from an exit of the server that a fault caused to the first good reply to a request sent after it, ms, one sample an
 * exit. Exits without one are censored. null: no fault ended the server.
 */
export const recoveryTime: Metric = {
  meta: {
    id: 'recovery-time',
    title: 'Recovery time',
    description: 'From an exit of the server that a fault caused to the first good reply to a request sent after it.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
  },
  measure({ history }) {
    const exits = history.boots.flatMap(({ exit }) => (exit !== null && isFault(exit.by) ? [exit] : []));
    const firsts = firstGoodReplies(
      history,
      exits.map(({ seq }) => seq),
    );
    return trendMs(exits.map(({ seq, t }) => (firsts.has(seq) ? (firsts.get(seq) ?? t) - t : null)));
  },
};

/** For each of these events the earliest good reply (ns from run start) to a request sent after it. From the last request back. */
function firstGoodReplies({ exchanges }: HistoryIndex, seqs: readonly number[]): ReadonlyMap<number, number> {
  const firsts = new Map<number, number>();
  let next = exchanges.length - 1;
  let earliestT = Number.POSITIVE_INFINITY;
  for (const seq of [...seqs].sort((a, b) => b - a)) {
    for (; next >= 0 && (exchanges[next]?.inv.seq ?? 0) > seq; next -= 1) {
      const end = exchanges[next]?.end;
      if (end?.kind === 'ok') earliestT = Math.min(earliestT, end.t);
    }
    if (earliestT < Number.POSITIVE_INFINITY) firsts.set(seq, earliestT);
  }
  return firsts;
}

/** A fault entry (F12#1), as opposed to the harness's own start and stop, or the server going by itself. */
function isFault(by: string | undefined): boolean {
  return by !== undefined && by !== 'harness' && by !== 'server';
}
