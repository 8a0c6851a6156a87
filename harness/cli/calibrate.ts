import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { renderCalibration } from '../../reports/calibration-report.ts';
import { QUEUES } from '../../src/queues/index.ts';
import { STORES } from '../../src/stores/index.ts';
import { CALIBRATION_SCHEMA, type Calibration } from '../model/calibration.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import type { DialectId } from '../model/operation.ts';
import { type MachineFlags, machineOf, rangeOption } from './calibration-machine.ts';
import { ASYNC_DIALECTS, planPairs } from './calibration-plans.ts';
import { refuseOverwriting, runPairs } from './calibration-runs.ts';
import { calibrationConclusion, comparisonText } from './calibration-table.ts';
import type { Command, CommandContext } from './command.ts';
import { jsonText, writeJson, writeWhole } from './json-file.ts';
import { wholeNumber } from './number-option.ts';
import { shown } from './out-directory.ts';
import { addScenarioOptions, type ScenarioFlags } from './run-options.ts';
import { utcStamp } from './utc-stamp.ts';

interface CalibrateFlags extends ScenarioFlags, MachineFlags {
  readonly store?: string;
  readonly queue?: string;
  readonly dialect?: DialectId;
  readonly transport?: 'stdio' | 'http';
  readonly runs: number;
  readonly faultsOff?: boolean;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

// The least from which a median and a range say something.
const RUNS = 3;

/** Is virtual time telling the truth: the same plans in both times, number by number. */
export const calibrate: Command = {
  name: 'calibrate',
  summary: 'run the same plans in real and in virtual time and compare every number (the reference server)',
  attach(parser, context) {
    parser
      .argument('[scenario...]', 'names or paths; left out: three without faults and one with')
      .option('--runs <number>', 'real runs of each plan', wholeNumber('--runs', 1, 100), RUNS)
      .option('--faults-off', 'leave the faults of the scenarios out')
      .addOption(new Option('--dialect <id>', 'instead of every asynchronous one').choices(ASYNC_DIALECTS))
      .addOption(new Option('--store <id>', 'reference server').choices(Object.keys(STORES)))
      .addOption(new Option('--queue <id>', 'reference server').choices(Object.keys(QUEUES)))
      .addOption(new Option('--transport <id>', 'reference server').choices(['stdio', 'http']))
      .option('--link <ms>', 'model of the machine: a message, one way, as 1-2', rangeOption('--link'))
      .option('--store-latency <ms>', 'likewise: to the store, one way', rangeOption('--store-latency'))
      .option('--boot <ms>', 'likewise: from the start of a process to its first code', rangeOption('--boot'));
    addScenarioOptions(parser);
    parser
      .option('--out <directory>', 'where the runs and report.html go (default: reports/out/calibrate/…)')
      .option('--force', 'replace the runs that are there')
      .option('--json', 'one JSON document on stdout')
      .option('--quiet', 'no progress on stderr')
      .action((names: readonly string[], flags: CalibrateFlags) => calibratePlans(names, flags, context));
  },
};

async function calibratePlans(names: readonly string[], flags: CalibrateFlags, context: CommandContext): Promise<void> {
  const { output, cwd, clock } = context;
  const startedMs = clock.wall();
  const machine = machineOf(flags);
  const pairs = await planPairs({ names, flags, machine, context });
  const base = resolve(cwd, flags.out ?? join('reports/out/calibrate', utcStamp(startedMs)));
  const options = { pairs, runs: flags.runs, base, force: flags.force === true, context };
  refuseOverwriting(options);
  output.progress(`calibrate: ${pairs.length} plans, each once in virtual and ${flags.runs} times in real time`);
  const say = flags.json ? output.progress : output.result;
  const comparisons = await runPairs(options, (comparison) => say(`${comparisonText(comparison)}\n`));
  const isInterrupted = context.signal.aborted;
  const codes = comparisons.length === 0 ? [EXIT.unknown] : comparisons.map(({ exitCode }) => exitCode);
  const calibration: Calibration = {
    schema: CALIBRATION_SCHEMA,
    claimcheck: context.package.version,
    startedAt: new Date(startedMs).toISOString(),
    exitCode: isInterrupted ? EXIT.interrupted : worstExitCode(codes),
    machine,
    comparisons,
  };
  if (comparisons.length > 0) {
    writeJson(join(base, 'calibration.json'), calibration);
    writeWhole(join(base, 'report.html'), renderCalibration(calibration));
  }
  if (flags.json) output.result(jsonText(calibration));
  else output.result(calibrationConclusion(calibration));
  if (comparisons.length > 0) say(`report ${shown(cwd, join(base, 'report.html'))}`);
  context.end(calibration.exitCode);
}
