/** What the configuration means in the units of the parts it sets. */
import type { Config } from './config.ts';
import type { ServedTimes } from './dialects/schema-mode.ts';
import { effectiveTtlMs } from './tasks/due.ts';
import { DEFAULT_LIMITS, type EngineLimits } from './tasks/engine-options.ts';
import type { AlertRules } from './telemetry/alerts.ts';

export function rulesOf({ observability: { alerts }, execution }: Config): AlertRules {
  const { meanSecondsMax = execution.slaSeconds, ...rules } = alerts;
  return { ...rules, meanMsMax: meanSecondsMax * 1_000, waitingMax: execution.queueMax };
}

/** A look at what other processes did costs a read of the whole queue, and is in less of a hurry. */
const REREAD_PER_SWEEP = 4;

export function limitsOf({ state, execution, polling }: Config): Partial<EngineLimits> {
  const maxMs = Math.max(state.ttlSecondsMax, state.ttlSeconds) * 1_000;
  return {
    slaMs: execution.slaSeconds * 1_000,
    ttl: { defaultMs: Math.ceil(state.ttlSeconds * 1_000), minMs: 1_000, maxMs: Math.ceil(maxMs) },
    pollIntervalMs: polling.intervalMs,
    leaseMs: execution.leaseMs,
    sweepMs: execution.sweepMs,
    rereadMs: execution.sweepMs * REREAD_PER_SWEEP,
    breaker:
      execution.breakerFailures === undefined
        ? null
        : { failures: execution.breakerFailures, openMs: execution.breakerOpenMs },
  };
}

/** What calls get that ask for nothing of their own. */
export function servedTimes(limits: Partial<EngineLimits>): ServedTimes {
  const { pollIntervalMs, ttl, slaMs } = { ...DEFAULT_LIMITS, ...limits };
  return { pollIntervalMs, slaMs, ttlMs: effectiveTtlMs(undefined, ttl) ?? ttl.defaultMs };
}
