import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Option, type Command as Parser } from 'commander';
import { CALM, type Cell, isStrange, SILENCE, SITUATIONS } from '../evaluation/clients/cell.ts';
import { realClients } from '../evaluation/clients/index.ts';
import { type Installation, installClient } from '../evaluation/clients/installation.ts';
import type { RealClient } from '../evaluation/clients/real-client.ts';
import { msOf } from '../model/clock.ts';
import type { ClientTable } from '../model/evaluation/client-table.ts';
import { EXIT } from '../model/exit-code.ts';
import type { TransportId } from '../model/operation.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { parseDuration } from '../targets/duration.ts';
import type { CommandContext } from './command.ts';
import { runClientCells } from './eval-client-cells.ts';
import { CLIENTS_FILE, drawClients } from './eval-client-report.ts';
import { tableOf } from './eval-client-table.ts';
import { clientsText } from './eval-clients-text.ts';
import { REPORT_FILE } from './eval-report.ts';
import { jsonText, writeJson, writeWhole } from './json-file.ts';
import { commaList } from './number-option.ts';
import { shown } from './out-directory.ts';
import { systemOption, type TargetFlags } from './target-options.ts';
import { utcStamp } from './utc-stamp.ts';

export interface ClientFlags extends Omit<TargetFlags, 'transport'> {
  readonly clients?: true | readonly string[];
  readonly situations?: readonly string[];
  readonly transport?: TransportId;
  readonly patience?: number;
  readonly cache?: string;
  readonly offline?: boolean;
  readonly out?: string;
  readonly force?: boolean;
  readonly seed?: number;
  readonly json?: boolean;
  readonly strict?: boolean;
}

// What waits by default mostly waits a minute.
const PATIENCE_MS = 75_000;
const SEED = 1;

export function addClientOptions(parser: Parser): void {
  parser
    .option(
      '--clients [names]',
      `real clients in place of agents: all, or some of ${Object.keys(realClients).join(', ')}`,
      commaList,
    )
    .option('--situations <ids>', `--clients: some of ${Object.keys(SITUATIONS).join(', ')}`, commaList)
    .addOption(
      new Option(
        '--patience <duration>',
        '--clients: how long to watch what gives up by itself; 0: do not (default: 75s)',
      ).argParser(durationOption),
    )
    .option(
      '--cache <directory>',
      '--clients: where packages are installed that are not here (default: ~/.cache/claimcheck)',
    )
    .option('--offline', '--clients: install nothing; what is not here is a row that says so');
}

/** Plays every client in every situation, each a saved run, and prints what became of their calls. Returns the exit code. */
export async function clientsCommand(flags: ClientFlags, context: CommandContext): Promise<number> {
  const { output, cwd, clock, signal } = context;
  refuseTarget(flags);
  const cells = cellsOf(flags);
  const startedMs = clock.wall();
  const from = clock.now();
  const out = resolve(cwd, flags.out ?? join('reports/out/clients', utcStamp(startedMs)));
  const files = { report: join(out, REPORT_FILE), json: join(out, CLIENTS_FILE) };
  const taken = Object.values(files).find((file) => existsSync(file));
  if (taken !== undefined && flags.force !== true) {
    throw new UsageError(`${shown(cwd, taken)} is there already; choose another --out, or replace it with --force`);
  }
  const installations = await installAll(cells, flags, context);
  const patienceMs = flags.patience ?? PATIENCE_MS;
  const seed = flags.seed ?? SEED;
  const runs = await runClientCells(
    { cells, installations, out, seed, patienceMs, force: flags.force === true },
    context,
  );
  const table: ClientTable = tableOf(runs, {
    ...{ installations, patienceMs, seed, claimcheck: context.package.version, out },
    ...{ startedAt: new Date(startedMs).toISOString(), durationMs: Math.round(msOf(clock.now() - from)) },
    interrupted: signal.aborted,
  });
  if (runs.length > 0) {
    writeJson(files.json, table);
    writeWhole(files.report, drawClients(table, shown(cwd, out)));
  }
  const places = { report: shown(cwd, files.report), json: shown(cwd, files.json) };
  output.result(flags.json ? jsonText(table) : clientsText(table, places));
  if (signal.aborted) return EXIT.interrupted;
  if (!flags.strict) return EXIT.valid;
  const isKnown = table.rows.every(
    (row) => row.missing === null && row.cells.every((cell) => cell.survived !== 'unknown'),
  );
  return isKnown ? EXIT.valid : EXIT.unknown;
}

async function installAll(
  cells: readonly Cell[],
  flags: ClientFlags,
  { package: own, clock, signal, output, env, cwd }: CommandContext,
): Promise<ReadonlyMap<string, Installation>> {
  const home = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const cache = flags.cache === undefined ? join(home, 'claimcheck/clients') : resolve(cwd, flags.cache);
  const options = { root: own.root, cache, isOffline: flags.offline === true, clock, signal, say: output.progress };
  const installations = new Map<string, Installation>();
  for (const { client } of cells) {
    if (!installations.has(client.meta.id)) installations.set(client.meta.id, await installClient(client, options));
  }
  return installations;
}

/** Every client with every dialect it meets, over both transports, in every situation; and each left without an answer. */
function cellsOf({ clients, situations, transport, dialect, patience }: ClientFlags): readonly Cell[] {
  const ids = situations ?? Object.keys(SITUATIONS);
  const transports: readonly TransportId[] = transport === undefined ? ['stdio', 'http'] : [transport];
  const cells = chosenClients(clients).flatMap((client) => {
    const met = client.meta.dialects.filter((one) => dialect === undefined || one === dialect);
    const places = met.flatMap((one) => transports.map((over) => ({ client, dialect: one, transport: over })));
    return places.flatMap((place): readonly Cell[] => {
      if (isStrange(place)) return [{ ...place, situation: CALM }];
      const loud = ids.map((id): Cell => ({ ...place, situation: knownSituation(id) }));
      // Work behind a handle is answered at once, whatever becomes of it.
      const isWatched = patience !== 0 && place.dialect !== 'handle';
      return isWatched ? [{ ...place, situation: SILENCE }, ...loud] : loud;
    });
  });
  if (cells.length > 0) return cells;
  throw new UsageError(`--dialect ${dialect ?? ''}: none of these clients is played with it`);
}

function chosenClients(names: ClientFlags['clients']): readonly RealClient[] {
  if (names === undefined || names === true || names.includes('all')) return Object.values(realClients);
  return [...new Set(names)].map((name) => {
    const client = Object.hasOwn(realClients, name) ? realClients[name] : undefined;
    if (client === undefined) throw unknownName('client', name, Object.keys(realClients));
    return client;
  });
}

function knownSituation(id: string) {
  const found = Object.hasOwn(SITUATIONS, id) ? SITUATIONS[id] : undefined;
  if (found === undefined) throw unknownName('situation', id, Object.keys(SITUATIONS));
  return found;
}

/** Clients meet the reference server, in the dialects that tell them apart. */
function refuseTarget(flags: ClientFlags): void {
  const given = systemOption(flags);
  if (given === null) return;
  throw new UsageError(
    `${given}: --clients plays with the reference server; claimcheck interpose puts any client before any server`,
  );
}

function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new UsageError(`--patience ${text}: expected a duration such as 75s, or 0`);
  return ms;
}
