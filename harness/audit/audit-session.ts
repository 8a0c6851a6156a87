import type { AuditNote } from '../model/audit.ts';
import type { Clock } from '../model/clock.ts';
import type { DialectId, TransportId } from '../model/operation.ts';
import type { WireTarget } from '../wire/wire-target.ts';
import type { AuditTools, ToolCall } from './audit-tools.ts';
import type { RawLink } from './raw-link.ts';

/** Who asks. Two are enough to see whether one reaches what is the other's. */
export type Principal = 1 | 2;

/** The server under audit as probes have it: connections as raw as can be, tools by what they are for, and time. */
export interface AuditSession {
  readonly dialect: DialectId;
  readonly transport: TransportId;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tools: AuditTools;
  /** How the profile reads replies of this server; `handle` is there for job handles. */
  readonly wireTarget: WireTarget;
  readonly limits: AuditLimits;
  /** The standing connection of this principal: greeted, and opened again when it is broken. */
  link(principal?: Principal): Promise<RawLink>;
  /**
   * Another connection: over HTTP to the same process, over stdio a process of its own on the same state. It is closed after the
   * probe at the latest. `greeted` (default true): the dialect's greeting has been exchanged.
   */
  open(options?: { readonly principal?: Principal; readonly greeted?: boolean }): Promise<RawLink>;
  /** Why requests of two principals cannot be told apart; null: they can. */
  readonly samePrincipal: string | null;
  /** Why the server cannot be killed; null: it can. */
  readonly unkillable: string | null;
  /** What the server is said to keep when it is killed. */
  readonly isDurable: boolean;
  /** Kills every process of the server and starts it again. All connections are broken then. */
  restart(): Promise<void>;
  note(note: Omit<AuditNote, 'probe'>): void;
}

export interface AuditLimits {
  /** For an ordinary reply, ms. */
  readonly requestMs: number;
  /** For the end of work beyond what it takes, ms. */
  readonly workMs: number;
  /** How long to watch for what should not come, ms. */
  readonly quietMs: number;
}

/** How long work may take until it is given up, ms. */
export function patienceMs({ limits }: AuditSession, call: Pick<ToolCall, 'takesMs'>): number {
  return call.takesMs + limits.workMs;
}
