import type { TransportId } from '../operation.ts';

/** How a client is asked to work: the dialect of the server that it meets. */
export type MetDialect = 'blocking' | 'handle' | 'tasks-2025-11-25' | 'tasks-2026-07-28';

/**
 * clients.json: what real clients did with the reference server. Rows stand in the order of the registry, cells in the order of
 * transports and situations. Times in ms.
 */
export const CLIENTS_SCHEMA = 'claimcheck/clients@1';

export interface ClientTable {
  readonly schema: typeof CLIENTS_SCHEMA;
  readonly claimcheck: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly durationMs: number;
  /** It was ended early: what was played until then is here. */
  readonly interrupted: boolean;
  readonly seed: number;
  /** How long each client was watched that got no answer; 0: none was. */
  readonly patienceMs: number;
  /** What clients that can be told were told to wait for one answer, but where they get none. */
  readonly timeoutMs: number;
  /** Ids, in the order in which they are shown. */
  readonly situations: readonly string[];
  readonly rows: readonly ClientRow[];
}

/** One client with one dialect. */
export interface ClientRow {
  readonly client: string;
  readonly title: string;
  readonly package: string;
  readonly version: string;
  /** That it ran on; null: it did not run. */
  readonly node: string | null;
  readonly dialect: MetDialect;
  /** Why it did not run. */
  readonly missing: string | null;
  readonly behaviour: ClientBehaviour;
  /** What it did where it got no answer. */
  readonly silence: readonly ClientCell[];
  readonly cells: readonly ClientCell[];
}

/** How a client waits, measured off the wire in all its cells; null where nothing was seen of it. */
export interface ClientBehaviour {
  /** By default, until it gave up a call that was not answered; one for each transport. */
  readonly givesUp: readonly GivesUp[];
  /** It asked for a task. */
  readonly asksForTasks: boolean;
  readonly polls: PollHabits | null;
  /** Times that it sent a call again by itself. */
  readonly retries: number;
  /** Requests that it told the server to stop: those that it had given up, and those that had been answered. */
  readonly cancels: { readonly open: number; readonly answered: number };
  /** Times that it started its server again after it had worked with it. */
  readonly restarts: number;
  /** Times that it started a server and worked with another: to find out what it speaks. */
  readonly probes: number;
}

export interface GivesUp {
  readonly transport: TransportId;
  readonly ms: number;
  /** It was still waiting. */
  readonly isAtLeast: boolean;
}

/** How a client asks for the state of its tasks. */
export interface PollHabits {
  /** From the receipt to the first poll; null: there was none. */
  readonly first: Spread | null;
  /** From one poll to the next. */
  readonly later: Spread | null;
  /** The interval that the server asked for; null: it asked for none. */
  readonly hintMs: number | null;
  /** Polls no sooner than it had asked (within 5 %), of all but those on a push. */
  readonly kept: number;
  readonly asked: number;
  /** Fetched before its time, after the server had told by itself that the task was done. */
  readonly onPush: number;
}

export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What the model behind a client was shown for one piece of work. */
export type CallOutcome =
  /** Its own result. */
  | 'right'
  /** The result of another piece of work. */
  | 'wrong'
  /** Words that are not a result: an error. */
  | 'told'
  /** Nothing: the client's whole run ended with an error, which its program caught. */
  | 'threw'
  /** Nothing at all, as if there had been a result. */
  | 'empty'
  /** Nothing, for as long as we waited. */
  | 'hung'
  /** The program of the client ended before it could say. */
  | 'died'
  /** It had not come to it. */
  | 'unasked';

export interface CallRecord {
  readonly call: number;
  readonly outcome: CallOutcome;
  /** From the question to what was shown; null: nothing was. */
  readonly ms: number | null;
  /** What was shown in place of a result. */
  readonly words: string | null;
  /** How often its effect was committed. */
  readonly effects: number;
}

/** What a client told of one situation, and what its runs show. */
export interface CellOutcome {
  readonly calls: readonly CallRecord[];
  /** How the program of the client ended. */
  readonly end: 'ended' | 'hung' | 'died' | 'refused';
  /** Why it could not connect. */
  readonly refusal: string | null;
  /** What the situation is about did come to pass; null: it is about nothing that must. */
  readonly struck: boolean | null;
  /** Every result came, to the right call, and every effect happened once. "unknown": what it is about did not come to pass. */
  readonly survived: boolean | 'unknown';
}

export interface ClientCell extends CellOutcome {
  readonly situation: string;
  readonly transport: TransportId;
  /** What the client was told to wait for one answer; null: as it is by default. */
  readonly timeoutMs: number | null;
  readonly workMs: number;
  /** Saved runs; several where the client started its server again. */
  readonly runs: readonly ClientRunRecord[];
  /** Why the cell says nothing; null: it does. */
  readonly trouble: string | null;
}

export interface ClientRunRecord {
  /** Relative to the directory of the table. */
  readonly directory: string;
  readonly valid: boolean | 'unknown';
  readonly exitCode: number;
  /** Checkers that found an invariant violated. */
  readonly violated: readonly string[];
  readonly fates: Readonly<Record<string, number>>;
  /** Entries that struck, in their order: F5#1. */
  readonly struck: readonly string[];
}
