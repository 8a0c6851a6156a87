import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { counterexampleOf } from '../explore/counterexample.ts';
import type { EveryPointResult, PointFailure } from '../explore/every-point.ts';
import { smallPlan } from '../explore/small-plan.ts';
import { addTallies, NOTHING } from '../explore/tally.ts';
import { readPlan } from '../judge/plan-file.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import { type Plan, VIRTUAL_DEFAULTS } from '../model/plan.ts';
import { type WrittenCounterexample, writeCounterexample } from './counterexample-output.ts';
import { watchCrew } from './crew-watch.ts';
import { everyPointDocument } from './every-point-document.ts';
import { concludeEveryPoint } from './every-point-text.ts';
import { type ExploreParts, targetText, tellReporters } from './explore-parts.ts';
import { jsonText } from './json-file.ts';
import { planOutDirectories } from './out-directory.ts';
import { chooseScenarios, planScenarios } from './scenario-plans.ts';

/** What all workers together found at the points of one plan. */
export interface EveryPoint
  extends Pick<EveryPointResult, 'tally' | 'faultless' | 'points' | 'pairsRun' | 'broken' | 'unknown'> {
  readonly plan: Plan;
  readonly pointCount: number;
  readonly pointsRun: number;
  readonly pairsMax: number;
  readonly seconds: number;
  readonly workers: number;
  /** The first of its kind, written down. */
  readonly counterexamples: readonly WrittenCounterexample[];
  readonly isInterrupted: boolean;
}

/** Each single fault at every point of a small plan; then pairs, as far as the time goes. */
export async function exploreEveryPoint(name: string | undefined, parts: ExploreParts): Promise<number> {
  const { crew, target, flags, context, hooks, ownsStdout } = parts;
  const { output, cwd } = context;
  const plan = await planFor(name, parts);
  const [directory] = planOutDirectories([{ scenario: 'explore', seed: flags.seed }], {
    cwd,
    out: flags.out,
    force: flags.force === true,
    wallMs: context.clock.wall(),
  });
  if (directory === undefined) throw new Error('expected a directory for the counterexample, got none');
  output.progress(`every point: ${plan.calls.length} calls by ${plan.agents.count} agents, ${targetText(target)}`);
  const startedAt = context.clock.now();
  const results = await (async () => {
    await using _watch = watchCrew({ crew, context, seconds: flags.seconds, describe: () => 'every point' });
    return await crew.everyPoint({ plan, pairsMax: flags.pairs });
  })();
  const seconds = (context.clock.now() - startedAt) / 1e9;
  const survey = combined(results, { plan, pairsMax: flags.pairs, seconds, workers: crew.size });
  const first = firstFailure(survey);
  const written =
    first?.found == null
      ? []
      : [
          await writeCounterexample(
            counterexampleOf(first.found, { by: 'every-point', point: first.what, points: survey.pointCount }),
            { target, directory, context },
          ),
        ];
  const whole: EveryPoint = { ...survey, counterexamples: written, isInterrupted: context.signal.aborted };
  const exitCode = everyPointExitCode(whole);
  tellReporters(
    hooks,
    written.map(({ run }) => run),
  );
  if (!ownsStdout) output.result(concludeEveryPoint(whole, targetText(target)));
  if (flags.json) output.result(jsonText(everyPointDocument(whole, { target: target.planned, exitCode })));
  return exitCode;
}

/**
 * A point that could not be judged, or was not reached in time, is no proof of anything. Of a pair the first fault may well
 * leave the second nothing to strike: such pairs are named and counted, and no more.
 */
function everyPointExitCode(survey: EveryPoint): number {
  const codes: number[] = [EXIT.valid];
  if (survey.isInterrupted) codes.push(EXIT.interrupted);
  if (survey.broken.some(({ found }) => found?.isOurs === true)) codes.push(EXIT.ours);
  if (survey.broken.length > 0 || survey.faultless !== null) codes.push(EXIT.violated);
  if (survey.unknown.some(({ faults }) => faults < 2) || survey.pointsRun < survey.pointCount) codes.push(EXIT.unknown);
  if (survey.pointCount === 0) codes.push(EXIT.unknown);
  return worstExitCode(codes);
}

function combined(
  results: readonly EveryPointResult[],
  run: Pick<EveryPoint, 'plan' | 'pairsMax' | 'seconds' | 'workers'>,
): Omit<EveryPoint, 'counterexamples' | 'isInterrupted'> {
  const [first] = results;
  if (first === undefined) throw new Error('expected the result of at least one worker, got none');
  const other = results.find(({ baseline }) => baseline !== first.baseline);
  if (other !== undefined) {
    throw new Error(
      `expected the same history without faults in every worker, got ${first.baseline} and ${other.baseline}`,
    );
  }
  const inOrder = (a: PointFailure, b: PointFailure) =>
    a.faults - b.faults || Number(b.found !== null) - Number(a.found !== null);
  return {
    ...run,
    tally: results.reduce((sum, { tally }) => addTallies(sum, tally), NOTHING),
    faultless: first.faultless,
    points: first.points,
    pointCount: Object.values(first.points).reduce((sum, one) => sum + one, 0),
    pointsRun: results.reduce((sum, { pointsRun }) => sum + pointsRun, 0),
    pairsRun: results.reduce((sum, { pairsRun }) => sum + pairsRun, 0),
    broken: results.flatMap(({ broken }) => broken).sort(inOrder),
    unknown: uniqueBaseline(results),
  };
}

/** Every worker runs the plan without faults; what it says of that is said once. */
function uniqueBaseline(results: readonly EveryPointResult[]): EveryPointResult['unknown'] {
  const all = results.flatMap(({ unknown }) => unknown);
  return all.filter(({ what }, index) => all.findIndex((other) => other.what === what) === index);
}

function firstFailure({ faultless, broken }: Pick<EveryPoint, 'faultless' | 'broken'>): PointFailure | null {
  return faultless ?? broken.find(({ found }) => found !== null) ?? null;
}

/** The small plan, a scenario by name or path, or a saved plan; always for this target and in virtual time. */
async function planFor(name: string | undefined, { target, flags, context }: ExploreParts): Promise<Plan> {
  const claimcheck = context.package.version;
  if (name === undefined) return smallPlan({ target: target.planned, seed: flags.seed, claimcheck });
  const path = resolve(context.cwd, name);
  if (name.endsWith('.json') && existsSync(path)) {
    const saved = await readPlan(path);
    return {
      ...saved,
      claimcheck,
      target: target.planned,
      time: 'virtual',
      virtual: saved.virtual ?? VIRTUAL_DEFAULTS,
    };
  }
  const scenarios = chooseScenarios([name], {});
  const [plan] = planScenarios(scenarios, { flags: { seed: flags.seed }, target, time: 'virtual', claimcheck });
  if (plan === undefined) throw new Error(`expected a plan of ${name}, got none`);
  return plan;
}
