import { join, resolve } from 'node:path';
import { renderComparison } from '../../reports/comparison-report.ts';
import { AXES } from '../model/comparison.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import { UsageError } from '../model/usage-error.ts';
import { loadScenario } from '../plan/scenario-file.ts';
import type { Command, CommandContext } from './command.ts';
import { type AxisValues, axisValues, cellsOf } from './compare-cells.ts';
import { backoffFindings } from './compare-findings.ts';
import { addCompareOptions, baseOf, type CompareFlags, probesOf, seedsOf, timeOf } from './compare-flags.ts';
import { matrixSeries } from './compare-matrix.ts';
import { type ComparisonSeries, runComparison } from './compare-series.ts';
import { comparisonText } from './compare-table.ts';
import { jsonText, writeJson, writeWhole } from './json-file.ts';
import { shown } from './out-directory.ts';
import { summarise } from './summary.ts';

const DEFAULT_SCENARIO = 'crash-mid-task';
/** Where only the way to wait and the work differ, nothing should be in the way of it. */
const WAITING_SCENARIO = 'waiting';

/** Several stores, queues, dialects, approaches or backoffs under the same plans. */
export const compare: Command = {
  name: 'compare',
  summary: `run the same plans with several stores, queues, dialects, approaches or backoffs (default: ${DEFAULT_SCENARIO})`,
  attach(parser, context) {
    parser.argument('[scenario]', 'a name (claimcheck list scenarios) or the path of a file');
    addCompareOptions(parser);
    parser
      .option('--strict', 'exit with the code of the worst verdict instead of 0')
      .action((name: string | undefined, flags: CompareFlags) => comparePlans(name, flags, context));
  },
};

async function comparePlans(name: string | undefined, flags: CompareFlags, context: CommandContext): Promise<void> {
  const { output, cwd } = context;
  const series = flags.matrix ? matrixSeries(name, flags, baseOf(flags, context)) : seriesOf(name, flags, context);
  const { comparison, results } = await runComparison(series);
  const codes = results.map(({ verdict }) => verdict.exitCode);
  const exitCode = context.signal.aborted ? EXIT.interrupted : flags.strict ? worstExitCode(codes) : EXIT.valid;
  const finished = results.map(({ directory, verdict }) => ({ directory: shown(cwd, directory.path), verdict }));
  const summary = summarise(finished, worstExitCode(context.signal.aborted ? [...codes, EXIT.interrupted] : codes));
  const report = join(series.base, 'report.html');
  if (results.length > 0) {
    writeJson(join(series.base, 'summary.json'), summary);
    writeJson(join(series.base, 'comparison.json'), comparison);
    writeWhole(
      report,
      renderComparison(comparison, { linkTo: (directory) => linkOf(series.base, resolve(cwd, directory)) }),
    );
  }
  if (flags.json) output.result(jsonText({ ...summary, comparison }));
  else output.result(comparisonText(comparison));
  if (results.length > 0) (flags.json ? output.progress : output.result)(`report ${shown(cwd, report)}`);
  context.end(exitCode);
}

function seriesOf(name: string | undefined, flags: CompareFlags, context: CommandContext): ComparisonSeries {
  const axes = AXES.filter((axis) => flags[axis] !== undefined);
  if (axes.includes('approach') && axes.includes('dialect')) {
    throw new UsageError('--approach chooses the dialect; leave one of the two out');
  }
  const values: AxisValues =
    axes.length === 0
      ? { store: ['memory', 'sqlite'] }
      : Object.fromEntries(axes.map((axis) => [axis, axisValues(axis, flags[axis] ?? [])]));
  const isWaiting = axes.length > 0 && axes.every((axis) => axis === 'backoff' || axis === 'law');
  const scenario = loadScenario(name ?? (isWaiting ? WAITING_SCENARIO : DEFAULT_SCENARIO));
  const cells = cellsOf(scenario, values).map((cell) => ({ ...cell, scenarioBody: scenario }));
  if (cells.length < 2)
    throw new UsageError('there is nothing to compare; name at least two values, as --store memory,sqlite');
  const time = timeOf(flags, scenario.time === 'virtual' || isWaiting);
  if (time === 'real' && scenario.time === 'virtual') {
    throw new UsageError(`${scenario.name} takes hours or another clock; leave --time real out`);
  }
  const base = baseOf(flags, context);
  return {
    ...base,
    // What a durable store costs is no question here, and a store in memory answers sooner.
    server: isWaiting && isReference(flags) ? { ...base.server, store: 'memory' } : base.server,
    title: scenario.title,
    cells,
    axes: axes.length === 0 ? ['store'] : axes,
    conditions: axes.length > 1 && axes.includes('law') ? ['law'] : [],
    time,
    seeds: seedsOf(flags, time),
    isTimeFixed: flags.time !== undefined,
    probes: (kind) => probesOf(kind, context),
    findings: backoffFindings,
  };
}

function isReference({ server, url, profile, module }: CompareFlags): boolean {
  return [server, url, profile, module].every((given) => given === undefined);
}

/** Where a run's own report lies, as seen from the comparison's. */
function linkOf(base: string, directory: string): string {
  return `${encodeURI(shown(base, directory))}/report.html`;
}
