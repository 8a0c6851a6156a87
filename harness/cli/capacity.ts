import { join, resolve } from 'node:path';
import { CAPACITY_SCHEMA, type CapacityDocument, type ProbeOutcome, type ProbeRow } from '../model/capacity.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Plan } from '../model/plan.ts';
import { isRunDirectory, runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import { CAPACITY_FILE, drawCapacity, REPORT_FILE } from './capacity-report.ts';
import { searchCapacity, sureShare } from './capacity-search.ts';
import type { CommandContext } from './command.ts';
import { environmentOf, executePlan } from './execution.ts';
import { jsonText, writeJson, writeWhole } from './json-file.ts';
import { shown } from './out-directory.ts';
import { type PlanRunner, runnerFor } from './plan-runner.ts';
import type { OutputFlags } from './run-options.ts';

export interface CapacityOptions {
  readonly from: number;
  readonly precision: number;
  readonly repeats: number;
  readonly confirmations: number;
  readonly target: ResolvedTarget;
  readonly flags: OutputFlags;
  readonly context: CommandContext;
  /** What runs the plans; absent: this process alone. */
  readonly runner?: PlanRunner;
  planAt(rate: number): Plan;
}

/** Below this share of what arrived, results fall behind, and the longer the load the farther. */
const KEPT_UP = 0.95;
/** A generator that is late by more than this, or makes less of the rate than this, measures itself. */
const LATE_MS_MAX = 20;
const MADE_MIN = 0.97;

/** Runs the search, says how each run ended, writes capacity.json, and gives the exit code. */
export async function findCapacity(options: CapacityOptions): Promise<number> {
  const { context, flags } = options;
  const first = options.planAt(options.from);
  const base = placeFor(first, options);
  const environment = await environmentOf(context);
  const rows: ProbeRow[] = [];
  await using runner = options.runner ?? runnerFor('real');
  const probe = async (rate: number): Promise<ProbeOutcome | null> => {
    const plan = options.planAt(rate);
    const directory = runDirectory(join(base, `${rate}-${rows.filter((row) => row.rate === rate).length + 1}`));
    if (isRunDirectory(directory.path) && flags.force !== true) {
      throw new UsageError(
        `${shown(context.cwd, directory.path)} already holds a run; choose another --out, or --force`,
      );
    }
    const { target } = options;
    const verdict = await executePlan({
      ...{ runner, plan, target, directory, context, environment },
      isLive: false,
      isQuiet: true,
    });
    if (verdict.interrupted) return null;
    const row = rowOf(rate, verdict, shown(context.cwd, directory.path));
    rows.push(row);
    context.output.progress(probeLine(row));
    return row.outcome;
  };
  const found = await searchCapacity({ ...options, probe });
  const confirmed = rows.filter(({ rate, outcome }) => rate === found.rate && outcome === 'holds').length;
  const document: CapacityDocument = {
    schema: CAPACITY_SCHEMA,
    scenario: first.scenario,
    thresholds: first.thresholds,
    ...found,
    confirmed,
    sureShare: Math.round(sureShare(confirmed) * 1000) / 1000,
    probes: rows,
  };
  if (rows.length > 0) {
    writeJson(join(base, CAPACITY_FILE), document);
    writeWhole(join(base, REPORT_FILE), drawCapacity(document, { cwd: context.cwd, base }));
  }
  context.output.result(flags.json ? jsonText(document) : capacityText(document, shown(context.cwd, base)));
  const code = found.rate === null ? EXIT.unknown : EXIT.valid;
  return worstExitCode(context.signal.aborted ? [code, EXIT.interrupted] : [code]);
}

function placeFor({ scenario }: Plan, { flags, context }: CapacityOptions): string {
  if (flags.out !== undefined) return resolve(context.cwd, flags.out);
  const time = new Date(context.clock.wall()).toISOString().replace(/[-:]|\.\d+/g, '');
  return join(context.cwd, 'reports/out', scenario, `${time}-capacity`);
}

function rowOf(rate: number, verdict: Verdict, directory: string): ProbeRow {
  const { metrics } = verdict;
  const lateness = metrics['generator-lateness'];
  const acks = metrics['ack-latency'];
  const row = {
    rate,
    directory,
    arrivals: counterOf(metrics['arrivals-per-second']),
    results: counterOf(metrics['results-per-second']),
    ackP95: acks?.type === 'trend' ? acks.p95 : null,
    latenessP99: lateness?.type === 'trend' ? (lateness.p99 ?? lateness.max) : null,
  };
  return { ...row, ...outcomeOf(row, verdict) };
}

/**
 * What one run says. Latency counts from the intended start, so a generator that was late only makes it larger: what holds in
 * spite of it holds, and what fails then is not the server's.
 */
export function outcomeOf(
  { rate, arrivals, results, latenessP99 }: Pick<ProbeRow, 'rate' | 'arrivals' | 'results' | 'latenessP99'>,
  { valid, thresholds }: Pick<Verdict, 'valid' | 'thresholds'>,
): Pick<ProbeRow, 'outcome' | 'why'> {
  if (arrivals === null || results === null || latenessP99 === null) return { outcome: 'unknown', why: 'no rates' };
  if (valid === false) return { outcome: 'fails', why: 'an invariant was violated' };
  if (arrivals < MADE_MIN * rate) return { outcome: 'generator', why: `only ${arrivals}/s could be begun` };
  const missed = thresholds.find((threshold) => threshold.valid === false);
  const late = latenessP99 > LATE_MS_MAX ? `, but calls were begun ${latenessP99} ms late (p99)` : '';
  const outcome = late === '' ? 'fails' : 'generator';
  if (missed) return { outcome, why: `${missed.expression}: it was ${missed.value}${late}` };
  if (results < KEPT_UP * arrivals)
    return { outcome, why: `${results} of ${arrivals} results/s: work piles up${late}` };
  const unknown = thresholds.find((threshold) => threshold.valid === 'unknown' && threshold.applicable !== false);
  if (unknown) return { outcome: 'unknown', why: `${unknown.expression}: too few samples` };
  return valid === true ? { outcome: 'holds', why: null } : { outcome: 'unknown', why: 'its verdict is unknown' };
}

function counterOf(value: MetricValue | undefined): number | null {
  return value?.type === 'counter' ? value.value : null;
}

function probeLine({ rate, outcome, ackP95, results, why }: ProbeRow): string {
  const word = { holds: 'holds', fails: 'fails', generator: 'not made', unknown: 'unknown' }[outcome];
  const figures = `${results ?? '–'} results/s, receipt p95 ${ackP95 ?? '–'} ms`;
  return `  ${`${rate}/s`.padEnd(10)} ${word.padEnd(8)} ${figures}${why === null ? '' : ` (${why})`}`;
}

function capacityText(document: CapacityDocument, directory: string): string {
  const { rate, failsAt, generatorAt, why, confirmed, sureShare: share, scenario, thresholds, probes } = document;
  const held =
    rate === null
      ? `no capacity was found: ${why}`
      : `${rate} calls/s, which held in ${confirmed} of ${confirmed} runs`;
  const sure =
    rate === null ? [] : [`  so it holds in ${Math.floor(share * 100)} % of runs or more, with 95 % confidence`];
  const above =
    failsAt !== null ? `${failsAt}/s did not hold` : generatorAt !== null ? `${generatorAt}/s could not be made` : '';
  return [
    `${scenario}: ${held}`,
    ...sure,
    ...(above === '' ? [] : [`  above it: ${above}${rate !== null && why !== null ? `: ${why}` : ''}`]),
    `  holds     the books and every invariant, results at ${KEPT_UP * 100} % of arrivals or more, ${thresholds.join(', ')}`,
    `  runs      ${probes.length}, in ${directory}`,
  ].join('\n');
}
