import { existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { metrics } from '../metrics/index.ts';
import type { Checker } from '../model/checker.ts';
import type { FxBody } from '../model/event.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import { askedBefore } from '../model/foreign-client.ts';
import type { History } from '../model/history.ts';
import { type HistoryIndex, indexHistory, readIndex } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Plan } from '../model/plan.ts';
import { loadAll } from '../model/registry.ts';
import { runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import { type TargetSummary, type ThresholdVerdict, VERDICT_SCHEMA, type Verdict } from '../model/verdict.ts';
import { type MetricCatalogue, parseThreshold } from '../plan/threshold.ts';
import { byName, inOrder } from './checker-verdict.ts';
import { faultRowsOf } from './coverage.ts';
import { examine, loadJudge } from './invariants.ts';
import { type MeasuredPart, measuredPart } from './measured-part.ts';
import { partsOf } from './phase.ts';
import { readPlan } from './plan-file.ts';
import { evaluateThreshold, type Measured } from './threshold-evaluation.ts';

export interface JudgeInput {
  readonly plan: Plan;
  readonly history: History;
  /** Where the run lies, for the replay line; null: it was never saved. */
  readonly directory?: string | null;
  /** What judges; the registries unless a test says otherwise. */
  readonly checkers?: readonly Checker[];
  readonly metrics?: readonly Metric[];
}

/** Plan and history in, verdict out. Pure but for loading the registries: the same input gives the same bytes. */
export async function judge(input: JudgeInput): Promise<Verdict> {
  return judgeIndex({ ...input, history: indexHistory(input.plan, input.history) });
}

/** The same for a history that is indexed already. */
export async function judgeIndex(
  input: Omit<JudgeInput, 'history'> & { readonly history: HistoryIndex },
): Promise<Verdict> {
  const { plan, history } = input;
  const units = input.checkers ?? (await loadJudge()).checkers;
  const { valid, verdicts, coverage, fates, notRun } = examine(plan, history, units);
  const metricUnits = input.metrics ?? (await loadAll(metrics));
  const part = measuredPart(plan, history);
  const values = measure(metricUnits, plan, part);
  const thresholds = thresholdsOf(
    plan,
    { metrics: values, fates, ...partsOf(plan, history, metricUnits, part) },
    { units: metricUnits, notRun },
  );
  const isOurs = verdicts.some(({ checker, verdict }) => checker.meta.judges === 'harness' && verdict.valid === false);
  return {
    schema: VERDICT_SCHEMA,
    claimcheck: plan.claimcheck,
    scenario: plan.scenario,
    seed: plan.seed,
    time: history.run.time,
    startedAt: history.run.startedAt,
    durationMs: Math.round(history.endT / 1_000_000),
    interrupted: history.interrupted,
    target: targetOf(plan, history),
    ...(plan.record === 'full' ? {} : { recorded: plan.record }),
    ...(notRun === undefined ? {} : { notRun }),
    ...(plan.load.notRun && { lostGenerators: plan.load.notRun }),
    valid,
    exitCode: exitCodeOf({ valid, isOurs, interrupted: history.interrupted, thresholds }),
    checkers: verdicts.map(({ verdict }) => inOrder(verdict)),
    fates,
    phantom: history.effects.filter(isPhantom(plan, history)).length,
    metrics: values,
    thresholds,
    coverage,
    faults: faultRowsOf(plan, history),
    // Only its client can make such a run again; it can be judged again.
    replay: `claimcheck ${plan.client ? 'check' : 'replay'} ${shellWord(pathFromHere(input.directory ?? 'plan.json'))}`,
  };
}

function isPhantom({ client }: Plan, history: HistoryIndex): (effect: FxBody) => boolean {
  return ({ phase, call, token }) =>
    phase === 'commit' && (call === null || !history.call(call)) && askedBefore(client, token) === 0;
}

/** A run as it lies in its directory. */
export interface SavedRun {
  readonly plan: Plan;
  readonly history: HistoryIndex;
}

/** Reads a run directory. Throws a UsageError when it is not one, is damaged, or kept counts only. */
export async function readSavedRun(path: string): Promise<SavedRun> {
  const plan = await readPlan(runDirectory(path).plan);
  if (plan.record === 'counts') {
    throw new UsageError(
      `${path} was recorded with --record counts: what it was judged by is gone, so its verdict and its report are as they are; ` +
        'run it again with --record heads to judge it again',
    );
  }
  return { plan, history: await readIndex(plan, historyPath(path)) };
}

/** Reads a run directory and judges it; writes nothing. Throws a UsageError when it is not one, or is damaged. */
export async function judgeDirectory(path: string): Promise<Verdict> {
  return judgeIndex({ ...(await readSavedRun(path)), directory: path });
}

/** history.jsonl, or the packed one beside it. Throws a UsageError when neither is there. */
export function historyPath(path: string): string {
  const { history } = runDirectory(path);
  const found = [history, `${history}.gz`].find((candidate) => existsSync(candidate));
  if (found === undefined) throw new UsageError(`${path} holds no history; expected ${history} or ${history}.gz`);
  return found;
}

function measure(units: readonly Metric[], plan: Plan, part: MeasuredPart): Readonly<Record<string, MetricValue>> {
  const values: Record<string, MetricValue> = {};
  for (const unit of units) {
    const value = unit.measure({ plan, history: part(unit) });
    if (value !== null) values[unit.meta.id] = value;
  }
  return byName(values);
}

function thresholdsOf(
  plan: Plan,
  measured: Measured,
  { units, notRun }: { readonly units: readonly Metric[]; readonly notRun: string | undefined },
): readonly ThresholdVerdict[] {
  const catalogue: MetricCatalogue = new Map(units.map(({ meta }) => [meta.id, meta]));
  const judged = plan.thresholds.map((text): ThresholdVerdict => {
    if (notRun !== undefined) return { expression: text, valid: 'unknown', value: null, reason: notRun };
    return evaluateThreshold(parseThreshold(text, catalogue), measured);
  });
  const excluded = plan.notApplicable
    .filter(({ kind }) => kind === 'threshold')
    .map(({ id, reason }) => ({ expression: id, valid: 'unknown', value: null, applicable: false, reason }) as const);
  return [...judged, ...excluded].sort((a, b) => (a.expression < b.expression ? -1 : 1));
}

function exitCodeOf(input: {
  readonly valid: Verdict['valid'];
  readonly isOurs: boolean;
  readonly interrupted: boolean;
  readonly thresholds: readonly ThresholdVerdict[];
}): number {
  const codes: number[] = [EXIT.valid];
  if (input.interrupted) codes.push(EXIT.interrupted);
  if (input.isOurs) codes.push(EXIT.ours);
  if (input.valid === false && !input.isOurs) codes.push(EXIT.violated);
  if (input.valid === 'unknown') codes.push(EXIT.unknown);
  for (const { valid, applicable } of input.thresholds) {
    if (applicable === false) continue;
    if (valid === false) codes.push(EXIT.threshold);
    if (valid === 'unknown') codes.push(EXIT.unknown);
  }
  return worstExitCode(codes);
}

/** The server says who it is when it is first spoken to (note 'server'). */
function targetOf(plan: Plan, history: HistoryIndex): TargetSummary {
  const { target } = plan;
  const data = history.notes.find(({ topic }) => topic === 'server')?.data;
  const name = data?.name;
  const version = data?.version;
  return {
    kind: target.kind,
    server: typeof name === 'string' ? { name, version: typeof version === 'string' ? version : 'unknown' } : null,
    dialect: target.dialect,
    transport: target.transport,
    store: target.store,
    queue: target.queue,
    agents: plan.agents.count,
    backoff: plan.agents.backoff.id,
    load: plan.load.id,
    ...clientOf(plan, history),
  };
}

/** A client that is not ours says who it is when it greets the server (note 'client'). */
function clientOf({ client }: Plan, history: HistoryIndex): Pick<TargetSummary, 'client'> {
  if (client === undefined) return {};
  const told = history.notes.find(({ topic }) => topic === 'client')?.data;
  const own = [told?.name, told?.version].filter((part) => typeof part === 'string').join(' ');
  return { client: client.label ?? (own === '' ? 'unknown' : own) };
}

/** The same text however the directory was named, and short where it lies below. */
function pathFromHere(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? join(path) : below;
}

function shellWord(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
