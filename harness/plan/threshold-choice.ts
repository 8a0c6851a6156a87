import { metrics } from '../metrics/index.ts';
import type { NotApplicable, PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { type MetricCatalogue, parseThreshold, type Threshold } from './threshold.ts';

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
/** Settings of a server that end tasks, and the fates that come of it. */
const LIMITS = new Set(['slaMs', 'ttlMs']);
const BY_LIMIT = new Set(['settled-ok', 'settled-failed', 'expired']);
const NEED_ORDERED_EFFECTS = new Set(['queue-wait', 'service']);
const NEED_EFFECTS = new Set(['doubled', 'duplicate-effects', 'orphaned']);

/**
 * Type-checks thresholds before anything starts and takes out those that this target has no numbers for, with the reason. `unset`:
 * what the scenario wants the server to be set to, and it cannot be.
 * Throws a UsageError for one that does not parse or names nothing.
 */
export function chooseThresholds(
  expressions: readonly string[],
  target: PlannedTarget,
  unset: readonly NotApplicable[] = [],
): { readonly thresholds: readonly string[]; readonly notApplicable: readonly NotApplicable[] } {
  const catalogue = catalogueOf();
  const parsed = new Map(
    expressions.map((text) => {
      const threshold = parseThreshold(text, catalogue);
      return [threshold.expression, threshold] as const;
    }),
  );
  const judged = [...parsed.values()].map((threshold) => ({
    threshold,
    reason: unmeasurable(threshold, target) ?? unfounded(threshold, unset),
  }));
  return {
    thresholds: judged.filter(({ reason }) => reason === null).map(({ threshold }) => threshold.expression),
    notApplicable: judged.flatMap(({ threshold, reason }): readonly NotApplicable[] =>
      reason === null ? [] : [{ kind: 'threshold', id: threshold.expression, reason }],
    ),
  };
}

/**
 * Throws a UsageError for a threshold that only a gate can judge, since a single run has nothing to hold it against. Those of a
 * scenario stand in its verdict as not applicable; whoever asks for one by hand must not take that for a pass.
 */
export function refuseBaselines(expressions: readonly string[]): void {
  const catalogue = catalogueOf();
  for (const text of expressions) {
    const { against } = parseThreshold(text, catalogue);
    if (against === undefined) continue;
    const how = against === 'paired' ? 'gate --paired' : 'gate DIR --baseline FILE';
    throw new UsageError(`Threshold '${text}': one run has no baseline; judge it with claimcheck ${how}.`);
  }
}

/** Throws a UsageError for a threshold that does not parse or names nothing; whether a target has numbers for it is not asked. */
export function checkThresholds(expressions: readonly string[]): void {
  const catalogue = catalogueOf();
  for (const text of expressions) parseThreshold(text, catalogue);
}

/** What a threshold may name. */
export function catalogueOf(): MetricCatalogue {
  return new Map(Object.entries(metrics).map(([id, { meta }]) => [id, meta]));
}

/** Who was never told when to end work, or when to drop results, has no such ends to be counted. */
function unfounded({ subject }: Threshold, unset: readonly NotApplicable[]): string | null {
  const setting = unset.find(({ id }) => LIMITS.has(id))?.id;
  if (setting === undefined || subject.kind !== 'fate' || !BY_LIMIT.has(subject.fate)) return null;
  return `it counts what a limit ends, and this server cannot be given one (${setting})`;
}

function unmeasurable({ subject, against }: Threshold, { dialect, facts }: PlannedTarget): string | null {
  const name = subject.kind === 'fate' ? subject.fate : subject.metric;
  if (against !== undefined) return 'one run has no baseline; claimcheck gate judges it';
  if (dialect === 'blocking' && NEED_POLLS.has(name)) return 'a blocking dialect is never polled';
  if (facts.effects !== 'ordered' && NEED_ORDERED_EFFECTS.has(name)) {
    return 'the effects of this target cannot be observed as they happen';
  }
  if (facts.effects === 'none' && NEED_EFFECTS.has(name)) return 'the effects of this target cannot be observed';
  return null;
}
