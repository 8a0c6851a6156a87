import { randomInt } from 'node:crypto';
import { Option, type Command as Parser } from 'commander';
import type { PlannedTarget } from '../model/plan.ts';
import { loadUnit } from '../model/registry.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Overrides } from '../plan/override.ts';
import { collect, commaList, wholeNumber } from './number-option.ts';
import { reporters } from './reporters/index.ts';
import type { Reporter } from './reporters/reporter.ts';

/** How results are given and where they go: the same for every command that runs something. */
export interface OutputFlags {
  readonly out?: string;
  readonly json?: boolean;
  readonly reporter?: readonly string[];
  readonly quiet?: boolean;
  readonly force?: boolean;
}

/** What is changed about the scenarios. */
export interface ScenarioFlags {
  readonly seed?: number;
  readonly set?: readonly string[];
  readonly fault?: readonly string[];
  readonly faults?: string;
  readonly threshold?: readonly string[];
  readonly agents?: number;
  readonly backoff?: string;
  readonly record?: 'full' | 'heads' | 'counts';
}

// A fixed seed, so that the same command means the same plan; other seeds are a number away.
const SEED = 1;
const SEED_MAX = 2 ** 31 - 1;

export function addOutputOptions(parser: Parser): void {
  parser
    .option('--out <directory>', 'where to write; several runs get a directory each inside (default: reports/out/…)')
    .option('--force', 'replace the run that is in the directory')
    .option('--json', 'one JSON document on stdout: the verdict, or a summary of several')
    .option(
      '--reporter <ids>',
      `also tell others: ${Object.keys(reporters).join(', ')}; several with commas`,
      commaList,
    )
    .option('--quiet', 'no progress on stderr');
}

export function addScenarioOptions(parser: Parser): void {
  addPlanOptions(parser);
  parser.option('--backoff <id>', 'how agents space their polls (claimcheck list backoffs)');
}

/** The same without what a comparison takes several of. */
export function addPlanOptions(parser: Parser): void {
  parser
    .option(
      '--seed <number>',
      `draws the workload and the faults (default: ${SEED}; for a server that is already running, a new one each time)`,
      wholeNumber('--seed', 0, SEED_MAX),
    )
    .option('--set <key=value>', 'change a value of the scenario, for example calls=300; may be repeated', collect)
    .option('--fault <code=rate>', 'set or add a fault, for example F5=0.2; F12=3 strikes; 0 takes it out', collect)
    .option('--faults <profile>', 'faults beside those of the scenario: gentle, standard or hostile')
    .option('--threshold <expression>', "for example 'detection-lag.p95 < 800ms'; may be repeated", collect)
    .option('--agents <number>', 'how many agents', wholeNumber('--agents', 1, 100_000))
    .addOption(
      new Option(
        '--record <what>',
        'full keeps message texts, heads drops them (none are searched for leaks), counts cannot be judged again',
      ).choices(['full', 'heads', 'counts']),
    );
}

/**
 * The seed asked for, or the default. A server that is already running remembers the idempotency keys of earlier runs, so
 * each run against one draws a seed of its own; it stands in the first line and in the verdict.
 */
export function seedOf({ seed }: ScenarioFlags, target: PlannedTarget): number {
  if (seed !== undefined) return seed;
  return target.facts.process ? SEED : randomInt(1, SEED_MAX);
}

export function overridesOf(flags: ScenarioFlags): Overrides {
  const { set, fault, faults, threshold, agents, backoff, record } = flags;
  return {
    ...(set && { set }),
    ...(fault && { faults: fault }),
    ...(faults !== undefined && { faultProfile: faults }),
    ...(threshold && { thresholds: threshold }),
    ...(agents !== undefined && { agents }),
    ...(backoff !== undefined && { backoff }),
    ...(record && { record }),
  };
}

/** The reporters asked for. One writer owns stdout, so --json and a streaming reporter exclude each other. */
export async function chosenReporters(flags: OutputFlags): Promise<Reporter[]> {
  const chosen: Reporter[] = [];
  for (const id of new Set(flags.reporter ?? [])) chosen.push(await loadUnit(reporters, 'reporter', id));
  const owners = chosen.filter(({ meta }) => meta.ownsStdout).map(({ meta }) => `--reporter ${meta.id}`);
  if (flags.json) owners.push('--json');
  if (owners.length > 1) throw new UsageError(`${owners.join(' and ')} both write to stdout; choose one`);
  return chosen;
}
