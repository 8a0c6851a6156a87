import { checkers } from '../checkers/index.ts';
import type { Checker } from '../model/checker.ts';
import type { Event } from '../model/event.ts';
import { countFates, fatesOf } from '../model/fates.ts';
import { type HistoryIndex, indexHistory } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { loadAll } from '../model/registry.ts';
import {
  type CheckerVerdict,
  type CoverageRow,
  type Finding,
  type Validity,
  type Verdict,
  worst,
} from '../model/verdict.ts';
import { verdictOf } from './checker-verdict.ts';
import { coverageOf, coverageValidity } from './coverage.ts';
import { evidenceOf } from './evidence.ts';

/** The units that judge, loaded once for any number of runs. */
export interface Judge {
  readonly checkers: readonly Checker[];
}

export async function loadJudge(): Promise<Judge> {
  return { checkers: await loadAll(checkers) };
}

/** What a search over many runs asks of each: which invariant broke, and which situations were reached. */
export interface InvariantVerdict {
  /** The same as `valid` of the whole verdict. */
  readonly valid: Validity;
  /** Every finding of a checker that says false, by checker id. */
  readonly violations: readonly { readonly checker: string; readonly finding: Finding }[];
  /** Situations that were reached, by id, and how often. */
  readonly situations: readonly { readonly id: string; readonly count: number }[];
  readonly fates: Verdict['fates'];
  /** Fault entries that were planned, and those that were seen to bite. */
  readonly faults: { readonly planned: number; readonly verified: number };
}

/** Judges a run that is in memory by all checkers and situations, without metrics and thresholds. Synchronous and pure. */
export function judgeInvariants(
  { plan, events, cut }: { readonly plan: Plan; readonly events: readonly Event[]; readonly cut: boolean },
  judge: Judge,
): InvariantVerdict {
  const history = indexHistory(plan, { events, cut });
  const { valid, verdicts, coverage, fates } = examine(plan, history, judge.checkers);
  const verified = new Set(history.faults.flatMap(({ phase, entry }) => (phase === 'verified' ? [entry] : [])));
  return {
    valid,
    violations: verdicts.flatMap(({ verdict: { id, valid: held, findings } }) =>
      held === false ? findings.map((finding) => ({ checker: id, finding })) : [],
    ),
    situations: coverage.flatMap(({ id, reached }) => (reached > 0 ? [{ id, count: reached }] : [])),
    fates,
    faults: { planned: plan.faults.length, verified: plan.faults.filter(({ entry }) => verified.has(entry)).length },
  };
}

/** What the checkers and the situations say of one history: the part that every way of judging shares. */
export interface Examination {
  /** Worst of checkers and coverage. */
  readonly valid: Validity;
  /** By checker id. */
  readonly verdicts: readonly { readonly checker: Checker; readonly verdict: CheckerVerdict }[];
  readonly coverage: readonly CoverageRow[];
  readonly fates: Verdict['fates'];
  /** Why nothing was started; undefined: it was. */
  readonly notRun: string | undefined;
}

export function examine(plan: Plan, history: HistoryIndex, units: readonly Checker[]): Examination {
  const evidence = evidenceOf(history);
  const notRun = history.notes.find(({ topic }) => topic === 'unmet')?.text;
  const verdicts = units
    .map((checker) => ({ checker, verdict: verdictOf(checker, { plan, history, evidence, notRun }) }))
    .sort((a, b) => (a.verdict.id < b.verdict.id ? -1 : 1));
  const coverage = coverageOf(plan, history);
  const valid = worst([...verdicts.map(({ verdict }) => verdict.valid), coverageValidity(coverage)]);
  return { valid, verdicts, coverage, fates: countFates(fatesOf(plan, history)), notRun };
}
