import { join, resolve } from 'node:path';
import { Option, type Command as Parser } from 'commander';
import type { Axis } from '../model/comparison.ts';
import type { Plan } from '../model/plan.ts';
import { probeServer } from '../run/probe.ts';
import type { TargetProbes } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import type { ComparisonSeries } from './compare-series.ts';
import { commaList, wholeNumber } from './number-option.ts';
import { addPlanOptions, type ScenarioFlags } from './run-options.ts';
import { addModuleOption, addServerOptions, type TargetFlags } from './target-options.ts';
import { utcStamp } from './utc-stamp.ts';
import { virtualProbes } from './virtual-probes.ts';

type ServerFlags = Pick<
  TargetFlags,
  'server' | 'url' | 'profile' | 'tool' | 'arguments' | 'transport' | 'module' | 'workers'
>;
type AxisFlags = Readonly<Partial<Record<Axis, readonly string[]>>>;

export interface CompareFlags extends ServerFlags, AxisFlags, Omit<ScenarioFlags, 'backoff'> {
  readonly matrix?: boolean;
  readonly time?: Plan['time'];
  readonly repeats?: number;
  readonly atOnce?: number;
  readonly strict?: boolean;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const SEED = 1;
// The least from which the spread of a machine can be told; virtual time has none.
const REPEATS = { real: 3, virtual: 1 } as const;
const REPEATS_MAX = 1000;

function addAxisOptions(parser: Parser): void {
  const several = "several with commas, or 'all'";
  parser
    .option('--store <ids>', `reference server: stores (claimcheck list stores), ${several}`, commaList)
    .option('--queue <ids>', 'reference server: queues', commaList)
    .option('--dialect <ids>', 'how the server is spoken to', commaList)
    .option('--backoff <ids>', `ways to wait, with options as fixed:intervalMs=5000; ${several}`, commaList)
    .option('--law <ids>', `how long work takes (1-2s, 2-30s, 15-60s, minutes, heavy-tail); ${several}`, commaList)
    .option('--approach <ids>', 'blocking, grace, handle, tasks, push, webhook, breaker', commaList)
    .option('--replicas <numbers>', 'reference server: processes behind one address', commaList);
}

export type SeriesBase = Pick<
  ComparisonSeries,
  'server' | 'flags' | 'base' | 'force' | 'isQuiet' | 'atOnce' | 'context'
>;

/** What all cells share, as the command line has it. */
export function baseOf(flags: CompareFlags, context: CommandContext): SeriesBase {
  const { server, url, profile, tool, arguments: json, transport, module, workers } = flags;
  const { set, fault, threshold, agents, record } = flags;
  const at = utcStamp(context.clock.wall());
  return {
    server: { server, url, profile, tool, arguments: json, transport, module, workers },
    flags: { set, fault, threshold, agents, record },
    base: resolve(context.cwd, flags.out ?? join('reports/out/compare', at)),
    force: flags.force === true,
    isQuiet: flags.quiet === true,
    ...(flags.atOnce === undefined ? {} : { atOnce: flags.atOnce }),
    context,
  };
}

export function timeOf({ time, module }: CompareFlags, isVirtual: boolean): Plan['time'] {
  return time ?? (isVirtual || module !== undefined ? 'virtual' : 'real');
}

export function seedsOf({ seed = SEED, repeats }: CompareFlags, time: Plan['time']): readonly number[] {
  return Array.from({ length: repeats ?? REPEATS[time] }, (_, index) => seed + index);
}

export function probesOf(time: Plan['time'], { signal }: CommandContext): TargetProbes {
  return time === 'virtual' ? virtualProbes(signal) : { probe: (request) => probeServer(request, signal) };
}

/** Every option but --strict. */
export function addCompareOptions(parser: Parser): void {
  addAxisOptions(parser);
  parser
    .option('--matrix', 'the decision matrix: how long work takes, against every approach, under the standard faults')
    .addOption(
      new Option('--time <kind>', 'left out: virtual where only waiting is asked about').choices(['real', 'virtual']),
    )
    .option(
      '--repeats <number>',
      'runs of each cell, each with a seed of its own (default: 3, in virtual time 1)',
      wholeNumber('--repeats', 1, REPEATS_MAX),
    )
    .option('--at-once <number>', 'virtual time: runs at once (default: one a core)', wholeNumber('--at-once', 1, 64));
  addServerOptions(parser);
  addModuleOption(parser);
  addPlanOptions(parser);
  parser
    .option('--out <directory>', 'where the runs and report.html go (default: reports/out/compare/…)')
    .option('--force', 'replace the runs that are there')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr');
}
