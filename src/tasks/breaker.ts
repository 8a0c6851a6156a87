import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import type { ServerClock } from './clock.ts';
import type { EngineEvent } from './engine-options.ts';
import { failure } from './rpc-failure.ts';
import type { Outcome } from './task.ts';

export interface BreakerLimits {
  /** So many failures of one tool in a row open its circuit. */
  readonly failures: number;
  /** After this long one call is let through to see whether it works again. */
  readonly openMs: number;
}

/**
 * Keeps work away from what it depends on while that is out of order: a circuit a tool, in this process. Closed: everything
 * goes through. Open: everything fails at once, and is told when to come again. Half open: one call is let through, alone;
 * how it ends decides.
 */
export interface Breakers {
  /** How long this tool should be left alone, ms; 0: it may be called. */
  refusedForMs(tool: string): number;
  /** Does the work, or fails it at once. `wasStopped`: the work was taken away, so its end says nothing of what it needs. */
  run(tool: string, work: () => Promise<Outcome>, wasStopped: () => boolean): Promise<Outcome>;
}

export interface BreakerParts {
  /** null: there are none. */
  readonly limits: BreakerLimits | null;
  readonly clock: ServerClock;
  readonly observe: (event: EngineEvent) => void;
}

export function createBreakers({ limits, clock, observe }: BreakerParts): Breakers {
  if (limits === null) return { refusedForMs: () => 0, run: (_tool, work) => work() };
  const circuits = new Map<string, Circuit>();
  const circuitOf = (tool: string): Circuit => {
    const known = circuits.get(tool);
    if (known !== undefined) return known;
    const made = createCircuit(limits, clock, (state) => observe({ type: 'circuit', tool, state }));
    circuits.set(tool, made);
    return made;
  };
  return {
    refusedForMs: (tool) => circuitOf(tool).refusedForMs(),
    async run(tool, work, wasStopped) {
      const circuit = circuitOf(tool);
      const retryAfterMs = circuit.refusedForMs();
      if (retryAfterMs === 0) return circuit.run(work, wasStopped);
      return failure('unavailable', `'${tool}' ${WHY}; come again in ${retryAfterMs} ms.`, { retryAfterMs });
    },
  };
}

/** Said of a tool whose circuit is open. */
export const WHY = 'is unavailable: what it depends on has failed again and again';

interface Circuit {
  refusedForMs(): number;
  run(work: () => Promise<Outcome>, wasStopped: () => boolean): Promise<Outcome>;
}

function createCircuit(
  { failures, openMs }: BreakerLimits,
  clock: ServerClock,
  onState: (state: CircuitEvent['state']) => void,
): Circuit {
  const policy = circuitBreaker(handleWhenResult(isFailure), {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: openMs,
  });
  let openedAt = 0;
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = clock.elapsed();
    onState(NAMES[state]);
  });

  return {
    refusedForMs() {
      // While one call looks whether it works again, the others do not wait for what it finds.
      if (policy.state === CircuitState.HalfOpen) return openMs;
      if (policy.state !== CircuitState.Open) return 0;
      return Math.max(0, Math.ceil(openMs - (clock.elapsed() - openedAt)));
    },
    async run(work, wasStopped) {
      const isProbe = policy.state === CircuitState.Open;
      try {
        return await policy.execute(async () => {
          const outcome = await work();
          // A probe that was stopped has shown nothing: the circuit stays open.
          if (wasStopped() && !isProbe) throw new Uncounted(outcome);
          return wasStopped() ? failedProbe(outcome) : outcome;
        });
      } catch (thrown) {
        if (thrown instanceof Uncounted) return thrown.outcome;
        throw thrown;
      }
    },
  };
}

type CircuitEvent = Extract<EngineEvent, { type: 'circuit' }>;

const NAMES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const;

/** Work that was taken away: its outcome is nobody's any more. */
class Uncounted extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super('the work was stopped');
    this.outcome = outcome;
  }
}

function isFailure(outcome: unknown): boolean {
  if (typeof outcome !== 'object' || outcome === null || !('kind' in outcome)) return false;
  return outcome.kind === 'error' || ('result' in outcome && Object(outcome.result).isError === true);
}

/** Counts as a failure; nobody reads it, since the work has been taken away. */
function failedProbe(outcome: Outcome): Outcome {
  return outcome.kind === 'error' ? outcome : failure('interrupted', 'The work was stopped.');
}
