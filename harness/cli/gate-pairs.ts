import { join } from 'node:path';
import type { Side } from '../gate/order.ts';
import type { MeasuredPair } from '../gate/paired-metrics.ts';
import type { JudgedRun } from '../gate/paired-rows.ts';
import { measuredPart } from '../judge/measured-part.ts';
import { partsOf } from '../judge/phase.ts';
import type { Measured } from '../judge/threshold-evaluation.ts';
import { metrics } from '../metrics/index.ts';
import { EXIT } from '../model/exit-code.ts';
import { most } from '../model/extreme.ts';
import type { Metric } from '../model/metric.ts';
import type { Plan } from '../model/plan.ts';
import { loadAll } from '../model/registry.ts';
import { runDirectory } from '../model/run-directory.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Phase } from '../plan/threshold-text.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import type { Environment } from './environment.ts';
import { environmentOf, executePlan } from './execution.ts';
import { runnerFor } from './plan-runner.ts';

export interface PairRuns {
  readonly targets: Readonly<Record<Side, ResolvedTarget>>;
  /** The plan of both sides of a pair; each pair has its own. */
  planOf(side: Side, pair: number): Plan;
  /** Parts of a run that somebody asks for. */
  readonly phases: readonly Phase[];
  /** Folder of all runs. */
  readonly base: string;
  /** ns on the clock after which no further pair is begun. */
  readonly untilNs: number;
  readonly context: CommandContext;
}

/** What is kept of the runs of a pair. */
export interface FinishedPair extends MeasuredPair {
  readonly judged: Readonly<Record<Side, JudgedRun>>;
  readonly tookNs: number;
}

export interface PairRound {
  readonly name: string;
  readonly orders: readonly (readonly [Side, Side])[];
  /** Number of its first pair; each has a plan of its own. */
  readonly firstPair: number;
  /** What was run before: a pair is begun only where the slowest so far would still fit. */
  readonly before: readonly FinishedPair[];
}

/** Runs pairs in these orders, one run at a time. Ends early, with fewer pairs, when the time is up or somebody interrupts. */
export async function runPairs(options: PairRuns, round: PairRound): Promise<readonly FinishedPair[]> {
  const { context, untilNs } = options;
  const { clock, output, signal } = context;
  const units = await loadAll(metrics);
  const environment = await environmentOf(context);
  const pairs: FinishedPair[] = [];
  let slowestNs = most(round.before.map(({ tookNs }) => tookNs));
  for (const [index, order] of round.orders.entries()) {
    const startNs = clock.now();
    if (signal.aborted || startNs + slowestNs > untilNs) break;
    const sides: Partial<Record<Side, Awaited<ReturnType<typeof runSide>>>> = {};
    for (const side of order) {
      const place = join(options.base, `${round.name}-${String(index + 1).padStart(2, '0')}-${side}`);
      sides[side] = await runSide(options, { side, pair: round.firstPair + index, place, units, environment });
      if (signal.aborted) return pairs;
    }
    const { baseline, candidate } = sides;
    if (!baseline || !candidate)
      throw new Error(`expected both sides of pair ${index + 1}, got ${order.join(' and ')}`);
    const tookNs = clock.now() - startNs;
    pairs.push({
      baseline: baseline.measured,
      candidate: candidate.measured,
      judged: { baseline: baseline.judged, candidate: candidate.judged },
      tookNs,
    });
    slowestNs = Math.max(slowestNs, tookNs);
    output.progress(`gate: ${round.name} ${index + 1}/${round.orders.length} (${(tookNs / 1e9).toFixed(1)} s)`);
  }
  return pairs;
}

async function runSide(
  { targets, planOf, phases, context }: PairRuns,
  run: {
    readonly side: Side;
    readonly pair: number;
    readonly place: string;
    readonly units: readonly Metric[];
    readonly environment: Environment;
  },
): Promise<{ readonly measured: Measured; readonly judged: JudgedRun }> {
  const kept = new Map<Phase, Measured & { readonly calls: number }>();
  const verdict = await executePlan({
    runner: runnerFor('real'),
    plan: planOf(run.side, run.pair),
    target: targets[run.side],
    directory: runDirectory(run.place),
    context,
    environment: run.environment,
    isLive: false,
    isQuiet: true,
    // Nobody reads the reports of so many runs, and drawing one takes as long as a part of the next run.
    isDrawn: false,
    onJudged: ({ plan, history }) => {
      const { during } = partsOf(plan, history, run.units, measuredPart(plan, history));
      for (const phase of phases) {
        const part = during?.(phase);
        if (part !== undefined) kept.set(phase, part);
      }
    },
  });
  const nothing = { metrics: {}, fates: {}, calls: 0 };
  return {
    measured: { metrics: verdict.metrics, fates: verdict.fates, during: (phase) => kept.get(phase) ?? nothing },
    judged: judgedRun(verdict),
  };
}

function judgedRun({ valid, exitCode, checkers, thresholds }: Verdict): JudgedRun {
  const violated = checkers.filter((checker) => checker.valid === false).map(({ id }) => id);
  const missed = thresholds.filter((one) => one.applicable !== false && one.valid === false);
  return {
    valid,
    violated: [...violated, ...missed.map(({ expression }) => `threshold ${expression}`)],
    isOurs: exitCode === EXIT.ours,
  };
}
