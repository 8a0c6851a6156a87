import type { ServerClock } from '../tasks/clock.ts';
import { type AlertRules, alertsOf } from './alerts.ts';
import type { ServerLog } from './log.ts';
import type { ServerMetrics } from './metrics.ts';

const LOOK_MS = 10_000; // Long beside a burst, short beside the time in which somebody could act on it.

export interface AlertWatch {
  readonly metrics: Pick<ServerMetrics, 'snapshot' | 'alert'>;
  readonly log: ServerLog;
  readonly clock: ServerClock;
  readonly rules: AlertRules;
}

/** Says once in the log when something becomes worth saying, and once when it is over; a metric shows what holds. Returns the end of it. */
export function watchAlerts({ metrics, log, clock, rules }: AlertWatch): () => void {
  let raised = new Set<string>();
  return clock.every(LOOK_MS, () => {
    const alerts = alertsOf(metrics.snapshot(), rules);
    for (const { id, message } of alerts) {
      metrics.alert(id, true);
      if (!raised.has(id)) log.warn({ alert: id }, message);
    }
    const now = new Set<string>(alerts.map(({ id }) => id));
    for (const id of raised) {
      if (now.has(id)) continue;
      metrics.alert(id, false);
      log.info({ alert: id }, 'no longer so');
    }
    raised = now;
  });
}
