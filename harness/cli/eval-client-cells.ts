import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Cell, cellPath, isStrange, SILENCE, timeoutOf } from '../evaluation/clients/cell.ts';
import type { Installation } from '../evaluation/clients/installation.ts';
import { outcomeOf } from '../evaluation/clients/outcome.ts';
import { type RunFacts, readRunFacts, runsAt } from '../evaluation/clients/run-facts.ts';
import { playCell } from '../evaluation/clients/session.ts';
import type { ToldLine } from '../evaluation/clients/told-line.ts';
import type { CellOutcome } from '../model/evaluation/client-table.ts';
import { isRunDirectory, runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import type { CommandContext } from './command.ts';
import { writeJson, writeWhole } from './json-file.ts';
import { discardOutDirectory, openOutDirectory, shown } from './out-directory.ts';
import { inParallel } from './parallel.ts';
import { drawReport, readRun } from './run-report.ts';

export interface ClientCellsRequest {
  readonly cells: readonly Cell[];
  readonly installations: ReadonlyMap<string, Installation>;
  readonly out: string;
  readonly seed: number;
  readonly patienceMs: number;
  readonly force: boolean;
}

/** A cell that was played. */
export interface ClientRun {
  readonly cell: Cell;
  readonly runs: readonly RunFacts[];
  readonly outcome: CellOutcome;
  /** Why the cell says nothing; null: it does. */
  readonly trouble: string | null;
}

// At a time, for each core. Those that go by a client's own limits, a minute or more, do next to nothing meanwhile.
const BRISK_PER_CORE = 3;
const PATIENT_PER_CORE = 6;
const CONNECT_TRIES = 3;
// Below those that systems give away by themselves: one of them could be another's when its server comes back after a crash.
const PORTS = { first: 21_000, count: 9_000 } as const;

/** Plays the cells whose clients are here, some at a time, in the order they are given. An interrupt ends it with what there is. */
export async function runClientCells(
  request: ClientCellsRequest,
  context: CommandContext,
): Promise<readonly ClientRun[]> {
  const { cells, installations } = request;
  const ready = cells.filter(({ client }) => installations.get(client.meta.id)?.isReady === true);
  for (const cell of ready) clear(cell, request, context);
  const done = new Map<Cell, ClientRun>();
  const ports = portsFrom(PORTS.first + (process.pid % PORTS.count));
  const isPatient = (cell: Cell) => timeoutOf(cell) === null;
  // Those that may lose a minute with each call are not to be what everybody waits for in the end.
  const longestFirst = (a: Cell, b: Cell) => b.situation.calls - a.situation.calls;
  const cores = availableParallelism();
  const crowds = [
    { some: ready.filter(isPatient).sort(longestFirst), jobs: cores * PATIENT_PER_CORE },
    { some: ready.filter((cell) => !isPatient(cell)), jobs: cores * BRISK_PER_CORE },
  ];
  const both = { jobs: crowds.length, signal: context.signal };
  await inParallel(crowds, both, ({ some, jobs }, signal) =>
    inParallel(some, { jobs, signal }, async (cell, own) => {
      const run = await play(cell, { ...request, port: await ports() }, { ...context, signal: own });
      if (run !== undefined) done.set(cell, run);
    }),
  );
  return ready.flatMap((cell) => done.get(cell) ?? []);
}

function clear(cell: Cell, { out, force }: ClientCellsRequest, { cwd }: CommandContext): void {
  const path = join(out, cellPath(cell));
  if (!existsSync(path)) return;
  if (isRunDirectory(path) && !force) {
    throw new UsageError(`${shown(cwd, path)} already holds a run; choose another --out, or replace it with --force`);
  }
  for (const run of runsAt(path)) openOutDirectory(runDirectory(run), cwd);
}

async function play(
  cell: Cell,
  request: ClientCellsRequest & { readonly port: number },
  context: CommandContext,
): Promise<ClientRun | undefined> {
  const { seed, port, patienceMs, installations } = request;
  const { package: own, clock, output, signal } = context;
  const installation = installations.get(cell.client.meta.id);
  if (installation?.isReady !== true) return undefined;
  const out = join(request.out, cellPath(cell));
  const options = {
    ...{ installation, out, seed, port, patienceMs, clock, signal },
    claimcheck: join(own.root, 'dist/harness/cli/main.js'),
    server: join(own.root, 'dist/src/main.js'),
  };
  try {
    let { told, isHung, trouble } = await playCell(cell, options);
    // A client that did not get as far as a call has met nothing of the situation yet, only a busy machine.
    const tries = isStrange(cell) ? 1 : CONNECT_TRIES;
    for (let tried = 1; tried < tries && isRefused(told); tried += 1) {
      output.progress(`${cellPath(cell)}: could not connect, tried again`);
      for (const run of runsAt(out)) discardOutDirectory(runDirectory(run), [run]);
      ({ told, isHung, trouble } = await playCell(cell, options));
    }
    const runs = await Promise.all(runsAt(out).map(settled));
    const outcome = outcomeOf(cell, told, { runs, isHung });
    output.progress(`${cellPath(cell)}: ${progressOf(outcome, cell)}${trouble === null ? '' : ` (${trouble})`}`);
    return { cell, runs, outcome, trouble: runs.length === 0 ? trouble : null };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function isRefused(told: readonly ToldLine[]): boolean {
  return told.some(({ kind }) => kind === 'refused');
}

/** A client that ends its server the hard way cuts its run short: it is judged here instead. */
async function settled(path: string): Promise<RunFacts> {
  const directory = runDirectory(path);
  if (!existsSync(directory.report)) {
    const run = await readRun(directory);
    writeJson(directory.verdict, run.verdict);
    writeWhole(directory.report, drawReport([run]));
  }
  return readRunFacts(path);
}

function progressOf({ calls, end, struck }: CellOutcome, { situation }: Cell): string {
  if (situation.id === SILENCE.id) return `left without an answer, ${calls[0]?.outcome ?? end}`;
  const words = calls.map(({ outcome }) => outcome).join(', ');
  return struck === false ? `${words}; no fault struck` : words;
}

/** Free ports, one after the other and none twice. */
function portsFrom(start: number): () => Promise<number> {
  let offset = start - PORTS.first;
  return async () => {
    for (let tried = 0; tried < PORTS.count; tried += 1) {
      const port = PORTS.first + (offset % PORTS.count);
      offset += 1;
      if (await isFree(port)) return port;
    }
    throw new Error(`expected a free port from ${PORTS.first} on, found none`);
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
