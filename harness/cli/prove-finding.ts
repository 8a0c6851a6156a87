import { EXIT } from '../model/exit-code.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Finished } from './prove-run.ts';
import type { Subject } from './prove-server.ts';

/** What all runs of one server came to. */
export interface ProveRow {
  readonly id: string;
  readonly title: string;
  /** null: the good server. */
  readonly breaks: string | null;
  readonly scenario: string;
  readonly dialect: string;
  readonly transport: string;
  readonly runs: number;
  /** Runs that ended as they must: the fault was found and nothing else, or, for the good server, nothing at all. */
  readonly asExpected: number;
  /** Other invariants it showed, all of them allowed. */
  readonly alsoShown: readonly string[];
  /** Without faults: what it shows; null: it was not run so. */
  readonly faultsOff: { readonly looksPerfect: boolean; readonly shows: readonly string[] } | null;
  /** Why the row is wrong, a sentence each; empty: it is as it must be. */
  readonly problems: readonly string[];
}

/** The invariants a verdict says are violated, each once, in order. */
export function shownBy({ checkers }: Verdict): string[] {
  const shown = checkers.flatMap(({ valid, findings }) => (valid === false ? findings : []));
  return [...new Set(shown.map(({ invariant }) => invariant))].sort(inOrder);
}

/** S2 before S10. */
const inOrder = new Intl.Collator('en', { numeric: true }).compare;

/** null: this run is as it must be; else what is wrong with it. */
export function problemOf(subject: Subject, { verdict, seed, isFaultless }: Finished): string | null {
  const { breaks, mayAlsoShow } = subject;
  const name = isFaultless ? 'without faults' : `seed ${seed}`;
  const shown = shownBy(verdict);
  const strangers = shown.filter((invariant) => invariant !== breaks && !mayAlsoShow.includes(invariant));
  if (strangers.length > 0)
    return `${name}: shows ${strangers.join(', ')} as well: ${firstFinding(verdict, strangers)}`;
  if (verdict.interrupted) return `${name}: interrupted`;
  if (breaks === null) return verdict.exitCode === EXIT.valid ? null : `${name}: ${whyNotClean(verdict)}`;
  if (isFaultless || shown.includes(breaks)) return null;
  return `${name}: ${breaks} was not found (${stateOf(verdict, breaks)})`;
}

/** Puts the runs of one server together. */
export function rowOf(subject: Subject, finished: readonly Finished[]): ProveRow | null {
  const [first] = finished;
  if (first === undefined) return null;
  const seeded = finished.filter(({ isFaultless }) => !isFaultless);
  const faultless = finished.find(({ isFaultless, verdict }) => isFaultless || verdict.faults.length === 0)?.verdict;
  const problems = finished.flatMap((one) => problemOf(subject, one) ?? []);
  const { id, title, breaks, scenario } = subject;
  return {
    ...{ id, title, breaks, scenario, dialect: first.dialect, transport: first.transport },
    runs: seeded.length,
    asExpected: seeded.filter((one) => problemOf(subject, one) === null).length,
    alsoShown: [...new Set(seeded.flatMap(({ verdict }) => shownBy(verdict)))]
      .filter((one) => one !== breaks)
      .sort(inOrder),
    faultsOff: faultless ? { looksPerfect: faultless.exitCode === EXIT.valid, shows: shownBy(faultless) } : null,
    problems,
  };
}

function firstFinding({ checkers }: Verdict, invariants: readonly string[]): string {
  const findings = checkers.flatMap(({ valid, findings }) => (valid === false ? findings : []));
  return findings.find(({ invariant }) => invariants.includes(invariant))?.message ?? 'no sentence says what';
}

function whyNotClean({ checkers, coverage, thresholds, exitCode }: Verdict): string {
  const reasons = [
    ...checkers.flatMap(({ id, valid, reason }) => (valid === 'unknown' ? [`${id} is unknown: ${reason}`] : [])),
    ...coverage.flatMap(({ id, required, reached }) => (required && reached === 0 ? [`${id} was not reached`] : [])),
    ...thresholds.flatMap(({ expression, valid }) => (valid === true ? [] : [`${expression} is ${valid}`])),
  ];
  return `exit code ${exitCode}: ${reasons.join('; ')}`;
}

function stateOf({ checkers }: Verdict, invariant: string): string {
  const checker = checkers.find(({ invariants }) => invariants.includes(invariant));
  if (checker === undefined) return 'no checker judges it';
  return `${checker.id} is ${checker.valid}${checker.reason === undefined ? '' : `: ${checker.reason}`}`;
}
