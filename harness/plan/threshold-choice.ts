import { metrics } from '../metrics/index.ts';
import type { NotApplicable, PlannedTarget } from '../model/plan.ts';
import { parseThreshold, type Threshold } from './threshold.ts';

const NEED_POLLS = new Set([
  'informative-polls',
  'interval-compliance',
  'poll-burst',
  'poll-peak',
  'poll-tokens',
  'polls',
  'polls-per-task',
  'useful-polls',
  'wasted-bytes',
]);
const NEED_ORDERED_EFFECTS = new Set(['queue-wait', 'service']);
const NEED_EFFECTS = new Set(['doubled', 'duplicate-effects', 'orphaned']);

/**
 * Type-checks thresholds before anything starts and takes out those that this target has no numbers for, with the reason.
 * Throws a UsageError for one that does not parse or names nothing.
 */
export function chooseThresholds(
  expressions: readonly string[],
  target: PlannedTarget,
): { readonly thresholds: readonly string[]; readonly notApplicable: readonly NotApplicable[] } {
  const catalogue = catalogueOf();
  const parsed = new Map(
    expressions.map((text) => {
      const threshold = parseThreshold(text, catalogue);
      return [threshold.expression, threshold] as const;
    }),
  );
  const judged = [...parsed.values()].map((threshold) => ({ threshold, reason: unmeasurable(threshold, target) }));
  return {
    thresholds: judged.filter(({ reason }) => reason === null).map(({ threshold }) => threshold.expression),
    notApplicable: judged.flatMap(({ threshold, reason }): readonly NotApplicable[] =>
      reason === null ? [] : [{ kind: 'threshold', id: threshold.expression, reason }],
    ),
  };
}

/** Throws a UsageError for a threshold that does not parse or names nothing; whether a target has numbers for it is not asked. */
export function checkThresholds(expressions: readonly string[]): void {
  const catalogue = catalogueOf();
  for (const text of expressions) parseThreshold(text, catalogue);
}

function catalogueOf() {
  return new Map(Object.entries(metrics).map(([id, { meta }]) => [id, meta]));
}

function unmeasurable({ subject }: Threshold, { dialect, facts }: PlannedTarget): string | null {
  const name = subject.kind === 'fate' ? subject.fate : subject.metric;
  if (dialect === 'blocking' && NEED_POLLS.has(name)) return 'a blocking dialect is never polled';
  if (facts.effects !== 'ordered' && NEED_ORDERED_EFFECTS.has(name)) {
    return 'the effects of this target cannot be observed as they happen';
  }
  if (facts.effects === 'none' && NEED_EFFECTS.has(name)) return 'the effects of this target cannot be observed';
  return null;
}
