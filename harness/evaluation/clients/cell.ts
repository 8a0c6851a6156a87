import type { MetDialect } from '../../model/evaluation/client-table.ts';
import type { TransportId } from '../../model/operation.ts';
import type { RealClient } from './real-client.ts';

/** What happens to a client: a scenario, how long the work takes that it asks for, and how often it asks. */
export interface Situation {
  readonly id: string;
  readonly scenario: string;
  readonly workMs: number;
  readonly calls: number;
  /** How long the model takes before it asks for the next thing, over HTTP. */
  readonly thinksMs: number;
  /** What must have come to pass, or nothing was shown: the id of a situation of the verdict. null: nothing must. */
  readonly mustReach: string | null;
  /** Whatever the client could be told to wait is left as it is by default. */
  readonly isByDefault: boolean;
}

// How long a client that can be told waits for one answer: shorter than the late work, longer than the other.
export const TIMEOUT_MS = 7000;
// Long enough that a kill finds it unfinished; no multiple of the half second that the server asks to be left alone, so that a poll
// that was due and one that followed a push differ.
const WORK_MS = 1700;
const LATE_MS = TIMEOUT_MS + 2700;
const THINKS_MS = 500;
// Longer than a server behind a URL needs to come back, on a busy machine too: what is to be seen is the call that the crash hit.
const RECOVERS_MS = 8000;
// Nothing is said about it within any patience that is tried.
const ENDLESS_MS = 600_000;

/** Nothing goes wrong. */
export const CALM: Situation = situation('steady', {});

export const SITUATIONS: Readonly<Record<string, Situation>> = {
  steady: CALM,
  // One call for each way in which a request or a receipt is lost there.
  'lost-receipt': situation('lost-receipt', { calls: 5, mustReach: 'effect-before-lost-receipt' }),
  'crash-mid-task': situation('crash-mid-task', { thinksMs: RECOVERS_MS, mustReach: 'kill-mid-work' }),
  'late-result': situation('late-result', { calls: 1, workMs: LATE_MS }),
};

/** One call that is never answered, to see how long a client waits by default. */
export const SILENCE: Situation = {
  ...situation('silence', { calls: 1, workMs: ENDLESS_MS }),
  scenario: 'steady',
  isByDefault: true,
};

function situation(id: string, rest: Partial<Situation>): Situation {
  const usual = { workMs: WORK_MS, calls: 3, thinksMs: THINKS_MS, mustReach: null, isByDefault: false };
  return { id, scenario: id, ...usual, ...rest };
}

/** One client in one situation, over one transport, with a server that speaks one dialect. */
export interface Cell {
  readonly client: RealClient;
  readonly dialect: MetDialect;
  readonly transport: TransportId;
  readonly situation: Situation;
}

/** Where its run goes, under the directory of the table. */
export function cellPath({ client, dialect, transport, situation: { id } }: Cell): string {
  return `${client.meta.id}.${dialect}/${transport}-${id}`;
}

/** Whether the client cannot greet the server there: nothing else is to be expected then. */
export function isStrange({ client, dialect, transport }: Omit<Cell, 'situation'>): boolean {
  const { cannotGreet = [] } = client.meta;
  return cannotGreet.some((one) => one.dialect === dialect && (one.over === undefined || one.over === transport));
}

export interface Piece {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | number>>;
}

/** The pieces of work that the script asks for. No key: a client that repeats a call is to be seen doing it. */
export function piecesOf(cell: Cell): readonly Piece[] {
  const { workMs } = cell.situation;
  return tokensOf(cell).map((token) => ({ name: 'effect', arguments: { token, ms: workMs, mode: 'repeatable' } }));
}

/** Of its calls, in their order; no other cell has them, so what strays between cells is seen. */
export function tokensOf(cell: Cell): readonly string[] {
  const place = cellPath(cell).replace('/', '.');
  return Array.from({ length: cell.situation.calls }, (_, index) => `${place}.${index + 1}`);
}

/** null: as it is by default. */
export function timeoutOf({ client, situation: { isByDefault } }: Cell): number | null {
  return isByDefault || !client.meta.hasTimeout ? null : TIMEOUT_MS;
}

/** How long the model takes before it asks for the next thing. A server on a pipe comes back when its client starts it, or never. */
export function thinksOf({ transport, situation }: Cell): number {
  return transport === 'http' ? situation.thinksMs : THINKS_MS;
}

// Beyond what it waits for one answer: starting, repeating, polling, on a busy machine.
const SLACK_MS = 20_000;
// What the SDKs wait by default, where nothing else can be said.
const DEFAULT_MS = 60_000;

/** A client that says nothing for so long hangs. */
export function stallMs(cell: Cell, patienceMs: number): number {
  if (cell.situation.isByDefault) return patienceMs;
  return (timeoutOf(cell) ?? DEFAULT_MS) + cell.situation.workMs + thinksOf(cell) + SLACK_MS;
}

export interface InterposeOptions {
  /** dist/src/main.js */
  readonly server: string;
  readonly out: string;
  readonly seed: number;
  /** Where the server listens, over HTTP. */
  readonly port: number;
}

/** What the server keeps: a client that starts it again finds the work of the one before, as it would anywhere else. */
export function dataPath(out: string): string {
  return `${out}.data`;
}

/** `claimcheck interpose` and the server behind it, as words of a command line. */
export function interposeWords(cell: Cell, { server, out, seed, port }: InterposeOptions): readonly string[] {
  const { dialect, transport, client } = cell;
  // Faults are aimed at what the client does, not at what the server could: without tasks the answer is no receipt.
  const spoken = dialect.startsWith('tasks-') && !client.meta.hasTasks ? 'blocking' : dialect;
  const { scenario, calls, workMs } = cell.situation;
  const own = ['--dialect', dialect, '--store', 'sqlite', '--data', dataPath(out), '--log-level', 'error'];
  // Clients that lose their session with the server seldom greet again; that they need not is the server's part.
  const listen = ['--transport', 'http', '--host', '127.0.0.1', '--port', String(port), '--sessions', 'signed'];
  return [
    ...['interpose', '--out', out, '--as-reference', '--dialect', spoken, '--scenario', scenario, '--once'],
    ...['--calls', String(calls), '--takes', `${workMs}ms`, '--seed', String(seed), '--label', client.meta.id],
    ...(transport === 'http' ? ['--url', `http://127.0.0.1:${port}/mcp`] : []),
    ...['--', process.execPath, server, ...own, ...(transport === 'http' ? listen : ['--transport', 'stdio'])],
  ];
}
