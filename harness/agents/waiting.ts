import type { AgentContext } from '../model/agent.ts';
import { msOf, nsOf } from '../model/clock.ts';
import type { Outcome } from '../model/outcome.ts';

/** The instant (ns from run start) before which the server does not want to be asked again; 0: it named none. */
export function welcomeAt(context: AgentContext, outcome: Outcome): number {
  const { retryAfterMs = 0 } = outcome.type === 'ok' ? {} : outcome;
  return retryAfterMs === 0 ? 0 : context.clock.now() + nsOf(retryAfterMs);
}

/** Sleeps until an instant (ns from run start); returns at once when it has passed. Rejects when the run ends. */
export async function sleepUntil(
  context: AgentContext,
  at: number,
  signal: AbortSignal = context.signal,
): Promise<void> {
  signal.throwIfAborted();
  const leftMs = msOf(at - context.clock.now());
  if (leftMs > 0) await context.clock.sleep(leftMs, signal);
}

/**
 * Sleeps until `at`, or until the agent's time limit where that comes first. The limit moves with every heal, so it is
 * looked at again when it is reached. true: the limit was reached, what follows is the last look.
 */
export async function sleepWithinLimit(context: AgentContext, at: number, ackedAt: number): Promise<boolean> {
  for (;;) {
    const limit = context.deadline(ackedAt);
    context.signal.throwIfAborted();
    const leftMs = msOf(Math.min(at, limit) - context.clock.now());
    if (leftMs > 0) await context.clock.sleep(leftMs, context.signal);
    if (at <= limit) return false;
    if (context.deadline(ackedAt) <= limit) return true;
  }
}
