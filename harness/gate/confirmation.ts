import type { MetricDecision, Outcome } from './decision.ts';

/** The pairs of a gate, decided: the first ones, fresh ones after an alarm or an open answer, and both together. */
export interface Rounds {
  readonly first: readonly MetricDecision[];
  readonly fresh: readonly MetricDecision[] | null;
  readonly all: readonly MetricDecision[] | null;
}

/** The answer of a gate. */
export interface GateDecision {
  readonly outcome: Outcome;
  /** The metrics that stand behind it. */
  readonly because: readonly string[];
}

/** Fresh pairs are asked for: something alarms, or the primary metric is open. */
export function needsFreshPairs(first: readonly MetricDecision[]): boolean {
  return first.some(
    ({ role, outcome }) => outcome === 'regression' || (role === 'primary' && outcome === 'inconclusive'),
  );
}

/**
 * An alarm that fresh pairs repeat is a regression; one that they do not repeat is none, as far as they can tell. A primary metric
 * that stayed open is decided by all pairs together. A secondary one that stays open is told and stops nobody, or a gate of ten
 * metrics would never pass.
 */
export function concludeGate({ first, fresh, all }: Rounds): GateDecision {
  const decided = first.flatMap((decision): readonly { readonly id: string; readonly outcome: Outcome }[] => {
    const { metric, role, outcome } = decision;
    const again = fresh?.find((one) => one.metric.id === metric.id);
    if (outcome === 'regression')
      return [{ id: metric.id, outcome: again === undefined ? 'inconclusive' : confirmed(again) }];
    if (role !== 'primary' || outcome === null) return [];
    const together = all?.find((one) => one.metric.id === metric.id);
    return [{ id: metric.id, outcome: outcome === 'inconclusive' ? (together?.outcome ?? outcome) : outcome }];
  });
  const those = (wanted: Outcome) => decided.filter(({ outcome }) => outcome === wanted).map(({ id }) => id);
  const regressions = those('regression');
  if (regressions.length > 0) return { outcome: 'regression', because: regressions };
  const open = those('inconclusive');
  // Nobody decided anything where the primary metric could only be reported.
  const isDecided = first.some(({ role }) => role === 'primary');
  if (open.length > 0 || !isDecided) return { outcome: 'inconclusive', because: open };
  return { outcome: 'no-regression', because: those('no-regression') };
}

// The time may end before all fresh pairs were run. Five that all point one way come by chance in 3 of 100 alarms.
const FRESH_PAIRS_MIN = 5;

/** Fresh pairs repeat an alarm: worse than the floor in the middle, and worse than nothing at the lower end. */
function confirmed({ worsening, low, floor, outcome, pairs }: MetricDecision): Outcome {
  const isSame = worsening !== null && low !== null && worsening > floor && low > 0;
  if (isSame && pairs >= FRESH_PAIRS_MIN) return 'regression';
  return outcome === 'no-regression' ? 'no-regression' : 'inconclusive';
}
