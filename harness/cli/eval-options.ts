import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Option, type Command as Parser } from 'commander';
import type { EvaluationRequest } from '../evaluation/driver/evaluation.ts';
import { chosenPolicies } from '../evaluation/driver/policy-choice.ts';
import type { DataFiles } from '../evaluation/driver/target.ts';
import { CRASH_PHASES } from '../evaluation/episode/planned-crash.ts';
import { policies } from '../evaluation/policies/index.ts';
import type { EpisodeMode } from '../model/evaluation/episode.ts';
import { DEFAULT_LATENCY_LAW, LATENCY_LAWS } from '../model/evaluation/latency-law.ts';
import { DIALECT_IDS } from '../model/operation.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { faultProfiles } from '../plan/fault-profile.ts';
import { applyOverrides } from '../plan/override.ts';
import { loadScenario } from '../plan/scenario-file.ts';
import type { CommandContext } from './command.ts';
import type { ModelFlags } from './eval-model-options.ts';
import { collect, commaList, wholeNumber } from './number-option.ts';
import { systemOption, type TargetFlags } from './target-options.ts';

export interface EvalFlags extends ModelFlags {
  readonly agent: readonly string[];
  readonly mode: 'async' | 'sync' | 'both';
  readonly data?: string;
  readonly answers?: string;
  readonly filter?: string;
  readonly sample?: number;
  readonly list?: boolean;
  readonly law: readonly string[];
  readonly time: 'virtual' | 'real';
  readonly timeScale: number;
  readonly faults: string;
  readonly fault?: readonly string[];
  readonly set?: readonly string[];
  readonly failing: number;
  readonly crash?: readonly string[];
  readonly schema?: 'bare' | 'explicit';
  readonly prompt: 'bare' | 'async';
  readonly seeds: number;
  readonly seed: number;
  readonly dataSeed: number;
  readonly agentMs: number;
  readonly jobs: number;
  readonly out?: string;
  readonly baseline?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

// What an action of an agent takes beside work of seconds.
const AGENT_MS = 1000;
// A storm of polls over the longest work of the largest instance takes half as many turns.
const TURNS_MAX = 2000;
const TIME_MS_MAX = 1_800_000;
// In real time a second of an episode takes 50 ms: fifty instances in about a minute.
const REAL_TIME_SCALE = 0.05;
// More at once would wait for each other on a small machine, and be late: eight in the haste of REAL_TIME_SCALE.
const REAL_PARALLEL = 8 / REAL_TIME_SCALE;
const NUMBER_MAX = 2 ** 31 - 1;

export function addEvalOptions(parser: Parser): void {
  parser
    .option('--agent <ids>', `all, or some of ${Object.keys(policies).join(', ')}; or model`, commaList, ['all'])
    .addOption(
      new Option('--mode <mode>', 'results later (async), at once (sync), or one after the other')
        .choices(['async', 'sync', 'both'])
        .default('both'),
    )
    .option('--data <file>', 'NESTFUL or BFCL v3 records in place of the data set that comes with this')
    .option('--answers <file>', 'BFCL v3: the file with their gold calls')
    .option('--filter <glob>', 'only these instances, for example filesystem/* or dual-same/04?,triple-*')
    .option('--sample <number>', 'so many of them, drawn by --data-seed', wholeNumber('--sample', 1, 1_000_000))
    .option('--list', 'print the data set and its spread, and run nothing')
    .option('--law <ids>', `how long calls take: all, or some of ${LATENCY_LAWS.join(', ')}`, commaList, [
      DEFAULT_LATENCY_LAW,
    ])
    .addOption(
      new Option('--time <time>', 'in one thread each, or real processes')
        .choices(['virtual', 'real'])
        .default('virtual'),
    )
    .option('--time-scale <factor>', 'real time: a ms of an episode takes so many', factor, REAL_TIME_SCALE)
    .option('--faults <scenario>', 'the faults of this scenario, or gentle, standard or hostile ones', 'steady')
    .option('--fault <code=rate>', 'set or add a fault, for example F5=0.2; may be repeated', collect)
    .option('--set <key=value>', 'change a value of that scenario, for example agents.policy=subscriber', collect)
    .option('--failing <share>', 'so great a share of all different calls fails once, 0 to 1', share, 0)
    .option('--crash <phases>', `crash every agent once: all, or some of ${CRASH_PHASES.join(', ')}`, commaList)
    .addOption(new Option('--prompt <mode>', 'what models are told besides').choices(['bare', 'async']).default('bare'))
    .option(
      '--seeds <number>',
      'run everything so many times, each with the next seed',
      wholeNumber('--seeds', 1, 1000),
      1,
    )
    .option('--seed <number>', 'seed of agents and latencies', wholeNumber('--seed', 0, NUMBER_MAX), 1)
    .option('--data-seed <number>', 'seed of the data set', wholeNumber('--data-seed', 0, NUMBER_MAX), 1)
    .option(
      '--agent-ms <number>',
      'what an action of an agent takes',
      wholeNumber('--agent-ms', 1, 3_600_000),
      AGENT_MS,
    )
    .addOption(
      new Option('--jobs <number>', 'threads, in virtual time')
        .argParser(wholeNumber('--jobs', 1, 256))
        .default(availableParallelism(), 'one a core'),
    )
    .option('--baseline <path>', 'compare with this evaluation: its directory, or its evaluation.json')
    .option('--out <directory>', 'where to write (default: reports/out/eval/…, or reports/out/clients/… for --clients)')
    .option('--force', 'replace what an earlier evaluation left in the directory');
}

/** What the flags ask for. Throws a UsageError for names that there are not, and for what cannot go together. */
export function requestOf(
  flags: EvalFlags & TargetFlags,
  { package: own, cwd }: Pick<CommandContext, 'package' | 'cwd'>,
): EvaluationRequest {
  refuseForeign(flags);
  const isReal = flags.time === 'real';
  const dialect = DIALECT_IDS.find((id) => id === (flags.dialect ?? 'tasks-2026-07-28'));
  if (dialect === undefined) throw unknownName('dialect', flags.dialect ?? '', DIALECT_IDS);
  const seeds = Array.from({ length: flags.seeds }, (_, index) => flags.seed + index);
  const isProfile = Object.hasOwn(faultProfiles, flags.faults);
  const scenario = applyOverrides(loadScenario(isProfile ? 'steady' : flags.faults), {
    set: flags.set ?? [],
    faults: flags.fault ?? [],
    ...(isProfile ? { faultProfile: flags.faults } : {}),
  });
  return {
    root: own.root,
    claimcheck: own.version,
    agents: chosenPolicies(flags.agent),
    modes: modesOf(flags, dialect),
    laws: namesOf('latency law', flags.law, LATENCY_LAWS),
    seeds,
    dataSeed: flags.dataSeed,
    data: dataOf(flags, cwd),
    filter: flags.filter ?? null,
    sample: flags.sample ?? null,
    time: flags.time,
    dialect,
    // One host for all agents, as with most clients; over HTTP each has a connection of its own.
    transport: flags.transport ?? 'stdio',
    schema: flags.schema ?? 'explicit',
    scenario,
    failing: flags.failing,
    crash:
      flags.crash === undefined
        ? null
        : { phases: namesOf('crash phase', flags.crash, CRASH_PHASES), keepsIds: [true, false] },
    rules: {
      agentMs: flags.agentMs,
      turnsMax: TURNS_MAX,
      timeMsMax: TIME_MS_MAX,
      timeScale: isReal ? flags.timeScale : 1,
      parallel: isReal ? Math.max(1, Math.round(REAL_PARALLEL * flags.timeScale)) : NUMBER_MAX,
    },
  };
}

function dataOf({ data, answers }: EvalFlags, cwd: string): DataFiles | null {
  if (data !== undefined) return { records: resolve(cwd, data), answers: answers ? resolve(cwd, answers) : null };
  if (answers === undefined) return null;
  throw new UsageError('--answers goes with --data, the records that they answer');
}

/** A call that waits for its work leaves nothing to do meanwhile. */
function modesOf({ mode }: EvalFlags, dialect: string): readonly EpisodeMode[] {
  if (dialect !== 'blocking') return mode === 'both' ? ['async', 'sync'] : [mode];
  if (mode === 'async') throw new UsageError('--mode async: the dialect blocking gives no receipts; use --mode sync');
  return ['sync'];
}

function refuseForeign(flags: TargetFlags): void {
  const given = systemOption(flags);
  if (given === null) return;
  throw new UsageError(
    `${given}: agents are evaluated on the server that comes with the data set; --lint judges one of yours`,
  );
}

function namesOf<Name extends string>(kind: string, given: readonly string[], known: readonly Name[]): readonly Name[] {
  if (given.includes('all')) return known;
  return [...new Set(given)].map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw unknownName(kind, name, known);
    return found;
  });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new UsageError(`--failing ${text}: expected a share from 0 to 1`);
}

function factor(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0.01 && value <= 10) return value;
  throw new UsageError(`--time-scale ${text}: expected a number from 0.01 to 10`);
}
