import type { Fate } from '../model/verdict.ts';
import type { Attempt } from './trial.ts';

/** What a search has seen so far, as plain data: tallies of several workers add up. */
export interface Tally {
  readonly runs: number;
  /** Runs by what the judge said of them. */
  readonly valid: number;
  readonly unknown: number;
  readonly violated: number;
  readonly calls: number;
  readonly events: number;
  /** Fault entries, and those of them that were seen to bite. */
  readonly faults: number;
  readonly faultsThatBit: number;
  /** In how many runs each situation was reached, by id. */
  readonly situations: Readonly<Record<string, number>>;
  /** Calls by what became of them. */
  readonly fates: Readonly<Partial<Record<Fate, number>>>;
  /** Distinct sets of situations and fates, each the mark of another kind of run. */
  readonly kinds: readonly string[];
}

export interface Tallying {
  add(attempt: Attempt): void;
  read(): Tally;
}

// Beyond this, one more kind of run says nothing new about coverage.
const KINDS_MAX = 100_000;

export const NOTHING: Tally = {
  runs: 0,
  valid: 0,
  unknown: 0,
  violated: 0,
  calls: 0,
  events: 0,
  faults: 0,
  faultsThatBit: 0,
  situations: {},
  fates: {},
  kinds: [],
};

export function createTallying(): Tallying {
  const counts = { runs: 0, valid: 0, unknown: 0, violated: 0, calls: 0, events: 0, faults: 0, faultsThatBit: 0 };
  const situations = new Map<string, number>();
  const fates = new Map<string, number>();
  const kinds = new Set<string>();
  return {
    add(attempt) {
      counts.runs += 1;
      counts[attempt.valid === true ? 'valid' : attempt.valid === false ? 'violated' : 'unknown'] += 1;
      counts.events += attempt.events.length;
      counts.faults += attempt.faults.planned;
      counts.faultsThatBit += attempt.faults.verified;
      let kind = '';
      for (const { id } of attempt.situations) {
        situations.set(id, (situations.get(id) ?? 0) + 1);
        kind += `${id} `;
      }
      for (const [fate, count] of Object.entries(attempt.fates)) {
        if (count === 0) continue;
        counts.calls += count;
        fates.set(fate, (fates.get(fate) ?? 0) + count);
        kind += `+${fate}`;
      }
      if (kinds.size < KINDS_MAX) kinds.add(kind);
    },
    read: () => ({
      ...counts,
      situations: Object.fromEntries(situations),
      fates: Object.fromEntries(fates),
      kinds: [...kinds],
    }),
  };
}

export function addTallies(one: Tally, other: Tally): Tally {
  return {
    runs: one.runs + other.runs,
    valid: one.valid + other.valid,
    unknown: one.unknown + other.unknown,
    violated: one.violated + other.violated,
    calls: one.calls + other.calls,
    events: one.events + other.events,
    faults: one.faults + other.faults,
    faultsThatBit: one.faultsThatBit + other.faultsThatBit,
    situations: summed(one.situations, other.situations),
    fates: summed(one.fates, other.fates),
    kinds: [...new Set([...one.kinds, ...other.kinds])].sort(),
  };
}

function summed(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}
