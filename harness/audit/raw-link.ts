import type { AuditFrame } from '../model/audit.ts';
import type { TransportId } from '../model/operation.ts';
import type { RpcId } from '../wire/json-rpc.ts';

/** What is sent: any text at all, so also what no client of good manners would send. */
export interface Outgoing {
  readonly text: string;
  /** The id its reply will carry; null: whatever reply comes next, or one without an id. */
  readonly id: RpcId | null;
  /** HTTP: over the headers of the link; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** HTTP; default POST. */
  readonly httpMethod?: 'POST' | 'GET' | 'DELETE';
}

/** Something that came back, parsed or not. */
export interface Arrival {
  /** undefined: it is no JSON. */
  readonly message: unknown;
  readonly text: string;
  /** ms since the audit began. */
  readonly atMs: number;
}

/** What was sent, and everything that came because of it, while it is open. Over stdio also what came beside it. */
export interface RawExchange {
  readonly id: RpcId | null;
  /** null: over stdio, or no head has come yet. */
  readonly status: () => number | null;
  /** Response headers by lower-case name. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly arrivals: readonly Arrival[];
  readonly frames: readonly AuditFrame[];
  /** Why nothing more will come; null: something may. */
  readonly ended: () => string | null;
  /** The first arrival that passes the test, come already or within the limit; null: none, or nothing more can come. */
  wait(test: (arrival: Arrival) => boolean, withinMs: number): Promise<Arrival | null>;
  /** Resolves when nothing more can come, or after the limit. */
  over(withinMs: number): Promise<void>;
  /** Stops listening; over HTTP it breaks the connection off. */
  close(): void;
}

/** One connection to the server under audit, as raw as it can be had. */
export interface RawLink {
  readonly name: string;
  readonly transport: TransportId;
  /** An id that no other message of this audit has. */
  nextId(): number;
  /** HTTP: headers that go with every message from now on, such as those of a session. */
  setHeaders(headers: Readonly<Record<string, string>>): void;
  /** Sends at once. Never throws for what the server does. */
  open(outgoing: Outgoing): RawExchange;
  /** The process behind it has ended, or its connection is broken for good. */
  isBroken(): boolean;
  close(): Promise<void>;
}
