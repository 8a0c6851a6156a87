import type { GateRow, GateStatus } from '../model/gate-report.ts';
import type { Validity } from '../model/verdict.ts';
import type { GateDecision, Rounds } from './confirmation.ts';
import type { MetricDecision } from './decision.ts';

/** The rows of a paired gate: one a metric, by what the last word on it was. */
export function metricRowsOf(rounds: Rounds, decision: GateDecision, subject: string): readonly GateRow[] {
  return rounds.first.map((first): GateRow => {
    const { metric, role } = first;
    const together = rounds.all?.find((one) => one.metric.id === metric.id) ?? first;
    const fresh = rounds.fresh?.find((one) => one.metric.id === metric.id) ?? null;
    const status = statusOf(first, decision);
    const notes = [
      role === 'reported' ? `not gated: ${first.reason}` : role,
      ...(first.outcome === 'regression' ? [confirmationText(fresh, decision, metric.id)] : []),
      // Of all pairs, as the numbers beside it.
      ...(first.outcome === 'inconclusive' && together.reason !== null ? [together.reason] : []),
    ];
    return {
      subject,
      gate: `metric ${metric.id}`,
      status,
      baseline: together.baseline,
      candidate: together.candidate,
      unit: metric.unit,
      ...ratioOf(together),
      text: notes.join('; '),
    };
  });
}

function statusOf({ metric, role, outcome }: MetricDecision, decision: GateDecision): GateStatus {
  if (role === 'reported' || outcome === null) return 'reported';
  const isBecause = decision.because.includes(metric.id);
  if (isBecause && decision.outcome === 'regression') return 'fail';
  if (isBecause && decision.outcome === 'inconclusive') return 'unknown';
  // A secondary metric that is open stops nobody, and is no pass either; so is an alarm beside one that was confirmed.
  if (outcome === 'no-regression' || isBecause) return 'pass';
  return 'reported';
}

function confirmationText(fresh: MetricDecision | null, decision: GateDecision, id: string): string {
  if (fresh === null) return 'an alarm that no fresh pairs could confirm';
  const isSame = decision.outcome === 'regression' && decision.because.includes(id);
  if (isSame) return `fresh pairs say the same (${fresh.pairs})`;
  const what = fresh.outcome === 'no-regression' ? 'did not repeat' : 'did not settle';
  return `an alarm that ${fresh.pairs} fresh pairs ${what}`;
}

/** Ratios as people read them: 1.1 is a tenth worse. */
function ratioOf({ worsening, low, high, floor }: MetricDecision): Pick<GateRow, 'ratio'> {
  if (worsening === null || low === null || high === null) return {};
  return { ratio: { value: Math.exp(worsening), low: Math.exp(low), high: Math.exp(high), floor: Math.exp(floor) } };
}

/** A run as far as its validity goes. */
export interface JudgedRun {
  readonly valid: Validity;
  /** Checkers that were violated. */
  readonly violated: readonly string[];
  /** The harness itself was at fault: nothing that was measured says anything of the server. */
  readonly isOurs: boolean;
}

/** Invariants are no statistics: one violation of the candidate fails, however often the baseline does the same. */
export function validityRows(
  runs: { readonly baseline: readonly JudgedRun[]; readonly candidate: readonly JudgedRun[] },
  subject: string,
): readonly GateRow[] {
  const { baseline, candidate } = runs;
  const broken = [...new Set([...baseline, ...candidate].flatMap(({ violated }) => violated))].sort();
  const rows = broken.map((id): GateRow => {
    const [before, now] = [baseline, candidate].map(
      (side) => side.filter(({ violated }) => violated.includes(id)).length,
    );
    const status = (now ?? 0) > 0 ? 'fail' : 'reported';
    const text = `violated in ${now} of ${candidate.length} runs of the candidate, ${before} of ${baseline.length} of the baseline`;
    return {
      subject,
      gate: `checker ${id}`,
      status,
      baseline: before ?? null,
      candidate: now ?? null,
      unit: 'runs',
      text,
    };
  });
  const unknown = candidate.filter(({ valid }) => valid === 'unknown').length;
  if (unknown > 0) {
    const text = `${unknown} of ${candidate.length} runs of the candidate lack evidence`;
    rows.push({ subject, gate: 'validity', status: 'unknown', baseline: null, candidate: unknown, unit: 'runs', text });
  }
  if (rows.length > 0) return rows;
  const text = `no invariant was violated in ${candidate.length} runs`;
  return [{ subject, gate: 'validity', status: 'pass', baseline: null, candidate: null, unit: '', text }];
}
