import type { ProbeOutcome } from '../model/capacity.ts';

export interface CapacityProbe {
  readonly rate: number;
  readonly outcome: ProbeOutcome;
}

export interface SearchOptions {
  /** Calls a second to begin with. */
  readonly from: number;
  /** The search ends when what fails is at most this share above what holds. */
  readonly precision: number;
  /** Runs that decide about a rate on the way; the majority counts. Odd. */
  readonly repeats: number;
  /** Runs at the rate that is found, of which all must hold. */
  readonly confirmations: number;
  /** One run at a rate; null: it was interrupted. */
  probe(rate: number): Promise<ProbeOutcome | null>;
}

export interface Capacity {
  /** Calls a second, the highest rate that held in every confirming run; null: none was found. */
  readonly rate: number | null;
  /** The lowest rate that did not hold; null: none failed. */
  readonly failsAt: number | null;
  /** The lowest rate that the harness could not make; null: it made all. */
  readonly generatorAt: number | null;
  /** Why there is no rate, or why it may be higher than is said. */
  readonly why: string | null;
  readonly probes: readonly CapacityProbe[];
}

/** Below a 4096th of the first rate, or above 4096 times it, somebody has mistaken the unit. */
const DOUBLINGS_MAX = 12;
/** Each step down costs as many runs as there are confirmations. */
const STEPS_DOWN_MAX = 8;

/**
 * Finds the highest rate that holds: doubles until one fails (or halves until one holds), then halves the distance in logarithms,
 * then confirms; a rate that fails once in its confirmation gives way to one just below it.
 */
export async function searchCapacity(options: SearchOptions): Promise<Capacity> {
  const probes: CapacityProbe[] = [];
  const state: Found = { rate: null, failsAt: null, generatorAt: null };
  const end = (why: string | null, rate = state.rate): Capacity => ({ ...state, rate, why, probes });
  const judge = async (rate: number): Promise<ProbeOutcome | null> => {
    const verdict = await decide(rate, options, probes);
    if (verdict === 'holds') state.rate = Math.max(rate, state.rate ?? 0);
    if (verdict === 'fails') state.failsAt = Math.min(rate, state.failsAt ?? Number.POSITIVE_INFINITY);
    if (verdict === 'generator') state.generatorAt = Math.min(rate, state.generatorAt ?? Number.POSITIVE_INFINITY);
    return verdict;
  };
  for (let rate = options.from, step = 0; ; step += 1) {
    const verdict = await judge(rate);
    if (verdict === null) return end(INTERRUPTED, null);
    if (verdict === 'unknown') return end(UNKNOWN, null);
    const isBracketed = state.rate !== null && ceiling(state) !== null;
    if (isBracketed) break;
    if (step >= DOUBLINGS_MAX) return end(verdict === 'holds' ? null : 'no rate held', state.rate);
    rate = rounded(verdict === 'holds' ? rate * 2 : rate / 2);
  }
  for (;;) {
    const [low, high] = [state.rate ?? 0, ceiling(state) ?? 0];
    const middle = rounded(Math.sqrt(low * high));
    if (high / low <= 1 + options.precision || middle <= low || middle >= high) break;
    const verdict = await judge(middle);
    if (verdict === null) return end(INTERRUPTED, null);
    if (verdict === 'unknown') return end(UNKNOWN, null);
  }
  return confirm(options, state, probes);
}

interface Found {
  rate: number | null;
  failsAt: number | null;
  generatorAt: number | null;
}

const INTERRUPTED = 'the search was interrupted';
const UNKNOWN = 'a run could not be judged: too few samples, or its verdict is unknown';

async function confirm(options: SearchOptions, state: Found, probes: CapacityProbe[]): Promise<Capacity> {
  let rate = state.rate ?? options.from;
  for (let step = 0; step < STEPS_DOWN_MAX; step += 1) {
    let held = probes.filter((probe) => probe.rate === rate && probe.outcome === 'holds').length;
    let outcome: ProbeOutcome | null = probes.some((probe) => probe.rate === rate && probe.outcome === 'fails')
      ? 'fails'
      : 'holds';
    // A run that the harness could not make says nothing, and is made again.
    let spoilt = 0;
    while (outcome === 'holds' && held < options.confirmations) {
      outcome = await options.probe(rate);
      if (outcome !== null) probes.push({ rate, outcome });
      if (outcome === 'holds') held += 1;
      if (outcome === 'generator' && spoilt < options.confirmations) {
        spoilt += 1;
        outcome = 'holds';
      }
    }
    const generator = state.generatorAt === null ? null : 'the harness itself could make no higher rate';
    if (outcome === 'holds') return { ...state, rate, why: state.failsAt === null ? generator : null, probes };
    if (outcome === null) return { ...state, rate: null, why: INTERRUPTED, probes };
    if (outcome === 'unknown') return { ...state, rate: null, why: UNKNOWN, probes };
    if (outcome === 'fails') state.failsAt = Math.min(rate, state.failsAt ?? Number.POSITIVE_INFINITY);
    rate = rounded(rate / (1 + options.precision));
  }
  return { ...state, rate: null, why: 'no rate held in all of its confirming runs', probes };
}

/** The majority of the runs at a rate; the first that cannot be judged ends it. */
async function decide(rate: number, options: SearchOptions, probes: CapacityProbe[]): Promise<ProbeOutcome | null> {
  const majority = Math.ceil(options.repeats / 2);
  const counts = { holds: 0, fails: 0, generator: 0 };
  for (;;) {
    const outcome = await options.probe(rate);
    if (outcome === null) return null;
    probes.push({ rate, outcome });
    if (outcome === 'unknown') return outcome;
    counts[outcome] += 1;
    if (counts.holds >= majority) return 'holds';
    if (counts.fails + counts.generator >= majority) return counts.fails >= counts.generator ? 'fails' : 'generator';
  }
}

/** The lowest rate that is too high, for whatever reason. */
function ceiling({ failsAt, generatorAt }: Found): number | null {
  if (failsAt === null) return generatorAt;
  return generatorAt === null ? failsAt : Math.min(failsAt, generatorAt);
}

/** To three digits: nobody knows a capacity better. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}

/** The share of runs at a rate that hold, at the least, with 95 % confidence, when `held` of `held` did: solves p^held = 0.05. */
export function sureShare(held: number): number {
  return held === 0 ? 0 : 0.05 ** (1 / held);
}
