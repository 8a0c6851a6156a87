import type { MetricsSnapshot } from './metrics.ts';

export interface Alert {
  readonly id: 'failure-rate' | 'slow' | 'queue-full' | 'queue-nearly-full';
  readonly message: string;
}

export interface AlertRules {
  /** 0..1: alert when more of the ended tasks than this failed. */
  readonly failureRatioMax: number;
  /** Alert when tasks take longer than this on the average, from call to end. */
  readonly meanMsMax: number;
  /** Fewer ended tasks than this say nothing about a ratio or a mean. */
  readonly endedCountMin: number;
  /** How many tasks may wait in all, and the part of that (0..1) at which to speak up. */
  readonly waitingMax: number;
  readonly waitingRatioMax: number;
}

/** What an operator should be told, given the counts of the last minutes. Empty: nothing. */
export function alertsOf(snapshot: MetricsSnapshot, rules: AlertRules): readonly Alert[] {
  const alerts: Alert[] = [];
  const { endedCount, failedCount, meanDurationMs, refusedCount, waitingCount } = snapshot;
  if (endedCount >= rules.endedCountMin && failedCount > endedCount * rules.failureRatioMax) {
    const message = `${failedCount} of ${endedCount} tasks failed, more than ${percent(rules.failureRatioMax)}`;
    alerts.push({ id: 'failure-rate', message });
  }
  if (endedCount >= rules.endedCountMin && meanDurationMs > rules.meanMsMax) {
    const message = `tasks take ${inSeconds(meanDurationMs)} s on the average, more than ${inSeconds(rules.meanMsMax)} s`;
    alerts.push({ id: 'slow', message });
  }
  if (refusedCount > 0) {
    alerts.push({ id: 'queue-full', message: `${refusedCount} calls were refused because the queue was full` });
  } else if (waitingCount > rules.waitingMax * rules.waitingRatioMax) {
    const message = `${waitingCount} tasks wait, of at most ${rules.waitingMax}`;
    alerts.push({ id: 'queue-nearly-full', message });
  }
  return alerts;
}

function inSeconds(ms: number): number {
  return Math.round(ms) / 1_000;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1_000) / 10} %`;
}
