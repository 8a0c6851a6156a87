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
    const good = history.exchanges.flatMap(({ inv, end }) => (end?.kind === 'ok' ? [{ sent: inv.seq, t: end.t }] : []));
    return trendMs(
      exits.map((exit) => {
        let first = Number.POSITIVE_INFINITY;
        for (const { sent, t } of good) if (sent > exit.seq && t < first) first = t;
        return first === Number.POSITIVE_INFINITY ? null : first - exit.t;
      }),
    );
  },
};

/** A fault entry (F12#1), as opposed to the harness's own start and stop, or the server going by itself. */
function isFault(by: string | undefined): boolean {
  return by !== undefined && by !== 'harness' && by !== 'server';
}
