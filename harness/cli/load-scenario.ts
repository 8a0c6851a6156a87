import type { PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Scenario } from '../plan/scenario-schema.ts';
import { DURATION_MS, type LoadFlags, WARMUP_MS } from './load-options.ts';

/** What there is to load a server with, where nobody says. */
export const LOAD_SCENARIO = 'small-tasks';

/** Where nobody says how much: enough to see something, and nothing that a small server could not take. */
const RATE = 20;

/** A closed load that ends by the clock plans as many calls as there could be, and no more than this. */
const CLOSED_CALLS_MAX = 200_000;
/** No server answers faster, there and back and the work between. */
const LEAST_MS = 1;
const CALLS_MAX = 1_000_000;

/** The scenario with its work and its faults, under the load that the flags ask for. Throws a UsageError where they exclude each other. */
export function underLoad(scenario: Scenario, flags: LoadFlags, target: PlannedTarget): Scenario {
  refuseContradictions(flags);
  return flags.concurrency === undefined
    ? openLoad(scenario, flags)
    : closedLoad(scenario, flags, { concurrency: flags.concurrency, target });
}

function openLoad(scenario: Scenario, flags: LoadFlags): Scenario {
  const { rate = RATE, duration = DURATION_MS, warmup = WARMUP_MS, callsEach, think, inFlightMax } = flags;
  const wanted = flags.stages ?? [{ forMs: duration, from: rate, to: rate }];
  const first = wanted[0]?.from ?? rate;
  const stages = warmup > 0 ? [{ forMs: warmup, from: first, to: first }, ...wanted] : wanted;
  const arrivals = stages.reduce((sum, { forMs, from, to }) => sum + ((from + to) / 2) * (forMs / 1000), 0);
  const calls = Math.ceil(arrivals * (callsEach ?? 1));
  if (calls < 1) throw new UsageError(`no call would ever arrive; make the load longer, or its rate higher`);
  if (calls > CALLS_MAX)
    throw new UsageError(`these are ${calls} calls, and ${CALLS_MAX} at most; make the load shorter`);
  return {
    ...scenario,
    calls,
    load: {
      id: callsEach === undefined ? 'stages' : 'partly-open',
      options: {
        byChance: flags.arrivals === 'random' ? 1 : 0,
        ...(callsEach === undefined ? {} : { callsEach, thinkMs: think ?? 0 }),
      },
      stages: [...stages],
      warmupMs: warmup,
      ...(inFlightMax === undefined ? {} : { inFlightMax }),
    },
  };
}

function closedLoad(
  scenario: Scenario,
  flags: LoadFlags,
  { concurrency, target }: { readonly concurrency: number; readonly target: PlannedTarget },
): Scenario {
  const { calls, duration, warmup = calls === undefined ? WARMUP_MS : 0, think = 0 } = flags;
  const forMs = calls !== undefined && duration === undefined ? undefined : (duration ?? DURATION_MS) + warmup;
  return {
    ...scenario,
    calls:
      calls ?? Math.min(CLOSED_CALLS_MAX, concurrency * Math.ceil((forMs ?? 0) / leastMs(scenario, target, think))),
    agents: { ...scenario.agents, count: concurrency },
    load: {
      id: 'closed',
      options: { thinkMs: think, spreadMs: 0 },
      warmupMs: warmup,
      ...(forMs === undefined ? {} : { forMs }),
    },
  };
}

/** How long an agent is busy with one call at the very least. */
function leastMs({ work }: Scenario, { facts }: PlannedTarget, thinkMs: number): number {
  const shortest = work.map(({ ms }) => (typeof ms === 'number' ? ms : Array.isArray(ms) ? ms[0] : LEAST_MS));
  // What a foreign tool takes is a rough word of its profile.
  return Math.max(LEAST_MS, thinkMs + (facts.variesDuration ? Math.min(...shortest) : LEAST_MS));
}

function refuseContradictions(flags: LoadFlags): void {
  const { rate, stages, concurrency, duration, calls, callsEach, think, inFlightMax } = flags;
  const both = (one: string, other: string) => new UsageError(`${one} and ${other} exclude each other`);
  if (rate !== undefined && stages) throw both('--rate', '--stages');
  if (stages && duration !== undefined) throw both('--stages', '--duration');
  if (concurrency === undefined) {
    if (calls !== undefined)
      throw new UsageError('--calls belongs to --concurrency; an open load has as many as arrive');
    if (think !== undefined && callsEach === undefined) {
      throw new UsageError('--think belongs to --concurrency, or to visitors with --calls-each');
    }
    return;
  }
  if (rate !== undefined) throw both('--rate', '--concurrency');
  if (stages) throw both('--stages', '--concurrency');
  if (callsEach !== undefined) throw both('--calls-each', '--concurrency');
  if (inFlightMax !== undefined) throw both('--in-flight-max', '--concurrency');
}
