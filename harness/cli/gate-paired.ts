import { randomInt } from 'node:crypto';
import { concludeGate, type GateDecision, type Rounds } from '../gate/confirmation.ts';
import { PAIRS_MIN } from '../gate/eligibility.ts';
import { pairOrders, type Side } from '../gate/order.ts';
import { checkPaired } from '../gate/paired-metrics.ts';
import { metricRowsOf, validityRows } from '../gate/paired-rows.ts';
import { decideInRounds } from '../gate/rounds.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import { GATE_SCHEMA, type GateReport, sortedRows } from '../model/gate-report.ts';
import { createPrng } from '../model/prng.ts';
import { parseThreshold, type Threshold } from '../plan/threshold.ts';
import { catalogueOf } from '../plan/threshold-choice.ts';
import { probeServer } from '../run/probe.ts';
import type { CommandContext } from './command.ts';
import { type FinishedPair, type PairRuns, runPairs } from './gate-pairs.ts';
import type { ScenarioFlags } from './run-options.ts';
import { chooseScenarios, inRealTime, planScenarios } from './scenario-plans.ts';
import { resolveFlags, type TargetFlags } from './target-options.ts';

export interface PairedGateOptions {
  /** A server against itself: the same flags on both sides. */
  readonly kind: 'paired' | 'self-check';
  readonly servers: Readonly<Record<Side, TargetFlags>>;
  readonly scenario: string;
  readonly flags: ScenarioFlags;
  readonly pairs: number;
  /** All of it: warm-up, pairs and their confirmation. */
  readonly seconds: number;
  readonly base: string;
  readonly context: CommandContext;
}

const DEFAULT_SEED = 1;
const SEED_MAX = 2 ** 31 - 1_000_000;
const SUBJECT = { paired: 'candidate against baseline', 'self-check': 'the server against itself' } as const;

/** Runs two servers side by side and decides whether one is slower, or costs more, than the other. */
export async function gatePaired(options: PairedGateOptions): Promise<GateReport> {
  const { context, kind } = options;
  const { thresholds, runs } = await preparePairs(options);
  const seed = options.flags.seed ?? DEFAULT_SEED;
  const draw = createPrng(seed).fork('gate');
  context.output.progress(
    `gate: a warm-up and ${options.pairs} pairs of ${options.scenario}, at most ${options.seconds} s; runs in ${options.base}`,
  );
  const round = (name: string, count: number, firstPair: number, before: readonly FinishedPair[]) =>
    runPairs(runs, { name, orders: pairOrders(count, draw.fork(name)), firstPair, before });
  // The first runs fill caches of the machine that the later ones find full.
  const warmUp = await round('warm-up', 1, 0, []);
  const first = await round('pair', options.pairs, 1, warmUp);
  const pairs = [...first];
  const rounds = await decideInRounds({
    first,
    thresholds,
    draw,
    async fresh() {
      // The time is up, or somebody has had enough.
      if (first.length < options.pairs) return [];
      context.output.progress('gate: an alarm or an open answer; fresh pairs decide');
      const again = await round('fresh', options.pairs, options.pairs + 1, first);
      pairs.push(...again);
      return again;
    },
  });
  return reportOf({ kind, claimcheck: context.package.version, rounds, pairs, isCut: context.signal.aborted });
}

async function preparePairs(
  options: PairedGateOptions,
): Promise<{ readonly thresholds: readonly Threshold[]; readonly runs: PairRuns }> {
  const { context, servers, scenario, flags } = options;
  // All that can be wrong with the command is found before anything is started.
  const catalogue = catalogueOf();
  const thresholds = (flags.threshold ?? []).map((text) => parseThreshold(text, catalogue));
  for (const threshold of thresholds) checkPaired(threshold);
  const { threshold: _paired, ...plain } = flags;
  const scenarios = inRealTime(chooseScenarios([scenario], plain), [scenario], context.output);
  const startNs = context.clock.now();
  const probes = { probe: (request: Parameters<typeof probeServer>[0]) => probeServer(request, context.signal) };
  const targets = {
    baseline: await resolveFlags(servers.baseline, probes),
    candidate: await resolveFlags(servers.candidate, probes),
  };
  // A server that is already running remembers the keys of earlier runs, so it is given new ones each time.
  const isRunning = [targets.baseline, targets.candidate].some(({ planned }) => !planned.facts.process);
  const seed = flags.seed ?? (isRunning ? randomInt(1, SEED_MAX) : DEFAULT_SEED);
  return {
    thresholds,
    runs: {
      targets,
      planOf(side, pair) {
        const [plan] = planScenarios(scenarios, {
          flags: { ...plain, seed: seed + pair },
          target: targets[side],
          time: 'real',
          claimcheck: context.package.version,
        });
        if (plan === undefined) throw new Error(`expected a plan of ${scenario}, found none`);
        return plan;
      },
      phases: [...new Set(thresholds.flatMap(({ during }) => during ?? []))],
      base: options.base,
      untilNs: startNs + options.seconds * 1e9,
      context,
    },
  };
}

function reportOf(about: {
  readonly kind: PairedGateOptions['kind'];
  readonly claimcheck: string;
  readonly rounds: Rounds;
  readonly pairs: readonly FinishedPair[];
  readonly isCut: boolean;
}): GateReport {
  const { kind, rounds, pairs, isCut } = about;
  const decision = concludeGate(rounds);
  const judged = {
    baseline: pairs.map((pair) => pair.judged.baseline),
    candidate: pairs.map((pair) => pair.judged.candidate),
  };
  const validity = validityRows(judged, SUBJECT[kind]);
  const isBroken = validity.some(({ status }) => status === 'fail');
  const isOpen = decision.outcome === 'inconclusive' || validity.some(({ status }) => status === 'unknown');
  const codes: number[] = [EXIT.valid];
  if (isCut) codes.push(EXIT.interrupted);
  if ([...judged.baseline, ...judged.candidate].some(({ isOurs }) => isOurs)) codes.push(EXIT.ours);
  if (isBroken) codes.push(EXIT.violated);
  if (decision.outcome === 'regression') codes.push(EXIT.threshold);
  if (isOpen) codes.push(EXIT.unknown);
  return {
    schema: GATE_SCHEMA,
    claimcheck: about.claimcheck,
    kind,
    outcome: isBroken ? 'regression' : isOpen ? 'inconclusive' : decision.outcome,
    exitCode: worstExitCode(codes),
    summary: `${summaryOf(decision, rounds, pairs.length)}${isCut ? '; interrupted' : ''}`,
    rows: sortedRows([...validity, ...metricRowsOf(rounds, decision, SUBJECT[kind])]),
  };
}

/** What was decided, and the noise of the primary metric, which says what could have been seen at all. */
function summaryOf({ because }: GateDecision, { first, all }: Rounds, pairs: number): string {
  const primary = (all ?? first).find(({ role }) => role === 'primary');
  const count = `${pairs} pairs${pairs < PAIRS_MIN ? `, and ${PAIRS_MIN} are needed` : ''}`;
  const metrics = because.length === 0 ? '' : `${because.join(', ')}; `;
  if (primary === undefined)
    return `${metrics}${count}; the primary metric could not be gated: ${first[0]?.reason ?? 'no runs'}`;
  const percent = ((Math.exp(primary.floor) - 1) * 100).toFixed(1);
  return `${metrics}${count}; less than ${percent} % of ${primary.metric.id} cannot be told from noise here`;
}
