import { localSource } from '../generators/local-source.ts';
import { worstExitCode } from '../model/exit-code.ts';
import type { Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import { probeServer } from '../run/probe.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import { findCapacity } from './capacity.ts';
import type { Command, CommandContext } from './command.ts';
import { dividedRunner } from './divided-runner.ts';
import { readHistograms } from './histogram-agreement.ts';
import { addLoadOptions, type LoadFlags } from './load-options.ts';
import { LOAD_SCENARIO, underLoad } from './load-scenario.ts';
import { loadText } from './load-table.ts';
import type { PlanRunner } from './plan-runner.ts';
import {
  addOutputOptions,
  addScenarioOptions,
  chosenReporters,
  type OutputFlags,
  type ScenarioFlags,
} from './run-options.ts';
import { chooseScenarios, inRealTime, planScenarios } from './scenario-plans.ts';
import { runSeries } from './series.ts';
import { judgeSoak, SOAK_MS, SOAK_WARMUP_MS, toSoak } from './soak.ts';
import { addTargetOptions, refuseSimulatedStore, resolveFlags, type TargetFlags } from './target-options.ts';

type Flags = TargetFlags &
  ScenarioFlags &
  OutputFlags &
  LoadFlags & { readonly findCapacity?: boolean; readonly soak?: boolean };

/** What a search for a capacity asks for, where nobody says: a receipt in time, as agents with little patience want it. */
const DEFAULT_THRESHOLD = 'ack-latency.p95 < 500ms';
/** Many short runs say more than a few long ones. */
const PROBE_MS = 8_000;
const PROBE_WARMUP_MS = 2_000;
const FIRST_RATE = 20;
const REPEATS = 3;
const CONFIRMATIONS = 5;
const PRECISION = 0.1;

/** The load of the flags at whatever rate the search asks for. */
function seekCapacity(
  flags: Flags,
  how: {
    readonly target: ResolvedTarget;
    readonly context: CommandContext;
    readonly runner?: PlanRunner;
    plansUnder(flags: Flags): readonly Plan[];
  },
): Promise<number> {
  const { concurrency, stages, calls } = flags;
  if (concurrency !== undefined || stages !== undefined || calls !== undefined) {
    throw new UsageError('--find-capacity chooses the rate; only --rate may say where it begins');
  }
  if (flags.reporter !== undefined) {
    throw new UsageError('--find-capacity tells no reporter; capacity.json and --json say what was found');
  }
  const wanted: Flags = {
    duration: PROBE_MS,
    warmup: PROBE_WARMUP_MS,
    ...flags,
    threshold: flags.threshold ?? [DEFAULT_THRESHOLD],
  };
  return findCapacity({
    ...{ target: how.target, context: how.context, flags },
    ...(how.runner && { runner: how.runner }),
    ...{ from: flags.rate ?? FIRST_RATE, precision: PRECISION, repeats: REPEATS, confirmations: CONFIRMATIONS },
    planAt(rate) {
      const [plan] = how.plansUnder({ ...wanted, rate });
      if (plan === undefined) throw new Error('expected a plan for every scenario');
      return plan;
    },
  });
}

/** Who makes the load where one process is not to make all of it. Over Redis its packages are loaded, and only then. */
async function runnerOf({ generators, redis }: Flags): Promise<{ readonly runner?: PlanRunner }> {
  if (generators === undefined && redis === undefined) return {};
  if (generators === undefined) throw new UsageError('--redis belongs to --generators, which says how many there are');
  if (redis === undefined) return { runner: dividedRunner(localSource, generators) };
  const { bullmqSource } = await import('../generators/bullmq-source.ts');
  return { runner: dividedRunner(bullmqSource(redis), generators) };
}

function dividedPlan(plan: Plan, { generators }: Flags): Plan {
  return generators === undefined ? plan : { ...plan, load: { ...plan.load, generators } };
}

/** A slope needs the run read again, and time to show. */
function refuseUnsoakable({ soak, findCapacity, record, stages }: Flags): void {
  if (!soak) return;
  if (findCapacity) throw new UsageError('--soak and --find-capacity exclude each other');
  if (stages) throw new UsageError('--soak and --stages exclude each other: what changes with the load is no drift');
  if (record === 'counts')
    throw new UsageError('--soak reads its run again, and --record counts leaves nothing to read');
}

/** A scenario's work at a rate or a concurrency, measured: open, closed or partly open load in real time. */
export const load: Command = {
  name: 'load',
  summary: `a scenario at a rate or a concurrency, with latencies from the intended start (default: ${LOAD_SCENARIO})`,
  attach(parser, context) {
    parser.argument('[scenario]', 'a name (claimcheck list scenarios) or the path of a file', LOAD_SCENARIO);
    addLoadOptions(parser);
    parser.option(
      '--find-capacity',
      `search for the highest rate that keeps every --threshold (default: ${DEFAULT_THRESHOLD}) and lets no work pile up`,
    );
    parser.option(
      '--soak',
      'watch memory, handles and latency for half an hour (--duration): exit 3 when one of them grows',
    );
    addTargetOptions(parser);
    addScenarioOptions(parser);
    addOutputOptions(parser);
    parser.action(async (name: string, given: Flags) => {
      const named = inRealTime(chooseScenarios([name], given), [name], context.output);
      if (named.length > 1)
        throw new UsageError(`'${name}' names ${named.length} scenarios, and a load is of one; name it`);
      const flags = given.soak ? { duration: SOAK_MS, warmup: SOAK_WARMUP_MS, ...given } : given;
      const chosen = given.soak ? named.map(toSoak) : named;
      refuseUnsoakable(flags);
      refuseSimulatedStore(flags);
      const reporters = await chosenReporters(flags);
      const target = await resolveFlags(flags, { probe: (request) => probeServer(request, context.signal) });
      const runner = await runnerOf(flags);
      const plansUnder = (wanted: Flags) =>
        planScenarios(
          chosen.map((scenario) => underLoad(scenario, wanted, target.planned)),
          { flags: wanted, target, time: 'real', claimcheck: context.package.version },
        ).map((plan) => dividedPlan(plan, wanted));
      if (flags.findCapacity) return context.end(await seekCapacity(flags, { target, context, plansUnder, ...runner }));
      const plans = plansUnder(flags);
      const texts: string[] = [];
      const places: RunDirectory[] = [];
      const code = await runSeries({
        ...{ plans, target, flags, reporters, context, ...runner },
        onFinished({ verdict }, directory) {
          places.push(directory);
          texts.push(...plans.map((plan: Plan) => loadText(plan, verdict, readHistograms(directory.histograms))));
        },
      });
      const soaks = flags.soak ? await Promise.all(places.map(judgeSoak)) : [];
      texts.push(...soaks.map(({ text }) => text));
      const ownsStdout = flags.json === true || reporters.some(({ meta }) => meta.ownsStdout);
      if (!ownsStdout) for (const text of texts) context.output.result(text);
      context.end(worstExitCode([code, ...soaks.map(({ exitCode }) => exitCode)]));
    });
  },
};
