import { Option, type Command as Parser } from 'commander';
import { dialects } from '../../src/dialects/index.ts';
import { QUEUES } from '../../src/queues/index.ts';
import { SIMULATED_STORES, STORES } from '../../src/stores/index.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { type ResolvedTarget, resolveTarget, type TargetProbes } from '../targets/index.ts';
import { wholeNumber } from './number-option.ts';
import { optionName } from './option-name.ts';
import { chosenServices } from './service-options.ts';

/** Which system is tested: the same options for every command that needs one. None: the reference server. */
export interface TargetFlags {
  readonly server?: string;
  readonly url?: string;
  readonly profile?: string;
  readonly tool?: string;
  readonly arguments?: string;
  readonly store?: string;
  readonly storeUrl?: string;
  readonly queue?: string;
  readonly queueUrl?: string;
  readonly dialect?: string;
  readonly transport?: 'stdio' | 'http';
  readonly module?: string;
  readonly replicas?: number;
  readonly workers?: number;
}

/** Options that name another system than the reference server as it comes, or change what it stands on. */
const SYSTEM = [
  ...(['server', 'url', 'profile', 'module', 'tool', 'arguments'] as const),
  ...(['store', 'storeUrl', 'queue', 'queueUrl', 'replicas', 'workers'] as const),
];

/** The first of them that was given, as the command line writes it; null: none was. */
export function systemOption(flags: Pick<TargetFlags, (typeof SYSTEM)[number]>): string | null {
  const given = SYSTEM.find((name) => flags[name] !== undefined);
  return given === undefined ? null : optionName(given);
}

export function addTargetOptions(parser: Parser): void {
  addServerOptions(parser);
  addModuleOption(parser);
  parser
    .option(
      '--store <id>',
      `reference server: ${Object.keys(STORES).join(', ')}; in virtual time also ${Object.keys(SIMULATED_STORES).join(', ')}`,
      known('store', { ...STORES, ...SIMULATED_STORES }),
    )
    .option('--store-url <url>', 'its engine, already running and not struck; default: one is started for the run')
    .option('--queue-url <url>', 'the same for the queue')
    .option('--queue <id>', `reference server: ${Object.keys(QUEUES).join(', ')}`, known('queue', QUEUES))
    .option('--dialect <id>', `${Object.keys(dialects).join(', ')}`, known('dialect', { ...dialects, auto: true }))
    .option(
      '--replicas <number>',
      'run the server in so many processes on one store, behind a proxy that sends each request to the next',
      wholeNumber('--replicas', 1, 100),
    );
}

/** The same without what a comparison takes several of. */
export function addServerOptions(parser: Parser): void {
  parser
    .option(
      '--server <command>',
      'test this server, started by this command: over stdio, or over HTTP together with --url',
    )
    .option('--url <url>', 'where the server listens; alone: it is already running, and is not killed')
    .option('--profile <file>', 'test the server that this YAML or JSON file describes')
    .option('--tool <name>', 'the tool that does the work, where there is no profile')
    .option('--arguments <json>', 'its arguments; placeholders such as {{token}} and {{ms}} are filled in')
    .addOption(new Option('--transport <id>', 'reference server and modules').choices(['stdio', 'http']))
    .option(
      '--workers <number>',
      'reference server: so many processes beside them that only run work',
      wholeNumber('--workers', 0, 100),
    );
}

/** For commands that have virtual time. */
export function addModuleOption(parser: Parser): void {
  parser.option(
    '--module <file>',
    'virtual time: test the server that createServer of this file returns; FILE?name=value',
  );
}

/** The system under test that the flags name. A foreign server is started once, to see what it speaks and offers. */
export function resolveFlags(flags: TargetFlags, probes: TargetProbes): Promise<ResolvedTarget> {
  const { server, url, profile, tool, arguments: json, store, queue, dialect, transport, module } = flags;
  const { replicas, workers } = flags;
  return resolveTarget(
    {
      ...{ server, url, profile, tool, arguments: json, store, queue, dialect, transport, module, replicas, workers },
      ...chosenServices(flags),
    },
    probes,
  );
}

function known(kind: string, registry: Readonly<Record<string, unknown>>): (id: string) => string {
  return (id) => {
    if (!Object.hasOwn(registry, id)) throw unknownName(kind, id, Object.keys(registry));
    return id;
  };
}

/** Refuses a store that no process has. */
export function refuseSimulatedStore({ store }: TargetFlags): void {
  if (store === undefined || !Object.hasOwn(SIMULATED_STORES, store)) return;
  throw new UsageError(
    `The store '${store}' exists in virtual time only; use claimcheck simulate or explore, or one of: ${Object.keys(STORES).join(', ')}.`,
  );
}
