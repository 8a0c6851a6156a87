import type { Checker, Requirement } from '../model/checker.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { messageOf } from '../model/usage-error.ts';
import type { CheckerVerdict } from '../model/verdict.ts';
import { MISSING } from './evidence.ts';

/** What a checker is asked about. */
export interface Case {
  readonly plan: Plan;
  readonly history: HistoryIndex;
  readonly evidence: ReadonlySet<Requirement>;
  /** Why nothing was started; undefined: it was. */
  readonly notRun?: string | undefined;
}

/**
 * Asks one checker: not applicable here, unknown for want of evidence, or what it says. One that throws is unknown. What stands
 * in it is in no order yet (`inOrder`).
 */
export function verdictOf(
  { meta, applicable, check }: Checker,
  { plan, history, evidence, notRun }: Case,
): CheckerVerdict {
  const head = { id: meta.id, title: meta.title, invariants: meta.invariants };
  const nothing = { counts: {}, findings: [] };
  // What the target cannot do is not known either: nobody has asked it.
  if (notRun !== undefined) return { ...head, valid: 'unknown', reason: notRun, ...nothing };
  const excluded = plan.notApplicable.find(({ kind, id }) => kind === 'checker' && id === meta.id)?.reason;
  try {
    const reason = excluded ?? applicable(plan);
    if (reason !== null) return { ...head, valid: 'not-applicable', reason, ...nothing };
    const missing = meta.requires.filter((requirement) => !evidence.has(requirement));
    if (missing.length > 0) {
      return {
        ...head,
        valid: 'unknown',
        reason: missing.map((requirement) => MISSING[requirement]).join('; '),
        ...nothing,
      };
    }
    return { ...head, ...check({ plan, history }) };
  } catch (error) {
    // A checker that fails has proved nothing; the others still hold.
    const message = messageOf(error);
    return { ...head, valid: 'unknown', reason: `the checker failed: ${message}`, ...nothing };
  }
}

/** Invariants and counts by name, so that two verdicts diff. Findings come in the order of the history already. */
export function inOrder(verdict: CheckerVerdict): CheckerVerdict {
  return { ...verdict, invariants: [...verdict.invariants].sort(), counts: byName(verdict.counts) };
}

/** Fields in the order of their names. */
export function byName<Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
