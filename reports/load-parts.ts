import type { LoadStage } from '../harness/model/planned-load.ts';
import type { MeasuredLoad, ReportRun } from './report-run.ts';

/** A part of a load between two instants, ns from run start, and what was asked for in it. */
export interface LoadPart {
  readonly name: string;
  readonly fromT: number;
  readonly toT: number;
  /** Calls a second at its begin and its end; null: nobody asks a closed load for a rate. */
  readonly asked: { readonly from: number; readonly to: number } | null;
  readonly isWarmup: boolean;
}

/** What a load did in one part of it. */
export interface PartFigures {
  readonly begun: number;
  readonly results: number;
  readonly dropped: number;
  /** ms, ascending. */
  readonly lateness: readonly number[];
  /** From the intended start to the receipt, ms, ascending; those that never came are missing. */
  readonly receipts: readonly number[];
}

/** The stages of a load that has some, else its warm-up and the rest. */
export function loadParts({ plan }: ReportRun, { originT, fromT, toT }: MeasuredLoad): readonly LoadPart[] {
  const { stages = [], warmupMs = 0 } = plan.load;
  if (stages.length === 0) {
    const rest = { name: 'measured', fromT, toT, asked: null, isWarmup: false };
    return warmupMs > 0 ? [{ ...rest, name: 'warm-up', fromT: originT, toT: fromT, isWarmup: true }, rest] : [rest];
  }
  let beginT = originT;
  return stages.map((stage: LoadStage, index): LoadPart => {
    const part = { fromT: beginT, toT: beginT + stage.forMs * 1e6, asked: { from: stage.from, to: stage.to } };
    beginT = part.toT;
    const isWarmup = part.toT <= fromT;
    return { ...part, name: isWarmup ? 'warm-up' : `stage ${index + (warmupMs > 0 ? 0 : 1)}`, isWarmup };
  });
}

/** What happened in each part; a call belongs to the part in which it was meant to start, a result to that in which it came. */
export function partFigures({ history }: ReportRun, parts: readonly LoadPart[]): readonly PartFigures[] {
  const figures = parts.map(emptyFigures);
  const at = (t: number) => figures[parts.findIndex(({ fromT, toT }) => t >= fromT && t < toT)];
  for (const { t, lateness, dropped } of history.gens) {
    const own = at(t - (lateness ?? 0));
    if (own === undefined) continue;
    own.dropped += dropped ?? 0;
    if (lateness === undefined) continue;
    own.begun += 1;
    own.lateness.push(lateness / 1e6);
  }
  for (const { creates, acks, knows } of history.calls) {
    const startT = creates[0]?.inv.intended ?? creates[0]?.inv.t;
    const ackT = acks[0]?.end.t;
    if (startT !== undefined && ackT !== undefined) at(startT)?.receipts.push((ackT - startT) / 1e6);
    const known = knows[0];
    const part = known === undefined ? undefined : at(known.t);
    if (part !== undefined) part.results += 1;
  }
  for (const { lateness, receipts } of figures) {
    lateness.sort((a, b) => a - b);
    receipts.sort((a, b) => a - b);
  }
  return figures;
}

function emptyFigures() {
  const lateness: number[] = [];
  const receipts: number[] = [];
  return { begun: 0, results: 0, dropped: 0, lateness, receipts };
}
