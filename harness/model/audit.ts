import type { DialectId, TransportId } from './operation.ts';

/** audit.json: every numbered requirement of a target's dialect, and what was seen of it. */
export const AUDIT_SCHEMA = 'claimcheck/audit@1';

/** `not-observable`: nothing that was done shows it. `not-applicable`: this target or transport has nothing that it could hold for. */
export const AUDIT_OUTCOMES = ['broken', 'met', 'not-observable', 'not-applicable'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** One message as it went over the wire. */
export interface AuditFrame {
  readonly direction: 'sent' | 'received';
  /** Which connection, as the audit names it. */
  readonly link: string;
  /** ms since the audit began. */
  readonly atMs: number;
  /** HTTP: the request line and headers of the protocol, or the status; null: stdio. */
  readonly head: string | null;
  /** As it was, cut at `AUDIT_FRAME_CHARS_MAX`; never the credentials that went with it. */
  readonly text: string;
  /** Characters left out of the text. */
  readonly cutChars: number;
}

// A reader wants to see what was wrong, not a megabyte of nested brackets.
export const AUDIT_FRAME_CHARS_MAX = 2_000;

export interface AuditRow {
  /** 2025-01 …, 2026-01 …, H-01 … */
  readonly id: string;
  readonly title: string;
  readonly level: 'must' | 'should';
  /** Whose duty it is. */
  readonly subject: 'server' | 'client';
  readonly section: { readonly name: string; readonly url: string };
  /** What the official conformance suite calls the same; null: it has none. */
  readonly conformance: string | null;
  readonly outcome: AuditOutcome;
  /** Never empty: what was seen, or why nothing was. */
  readonly reason: string;
  /** Which probes looked at it. */
  readonly probes: readonly string[];
  /** Of a broken requirement: the messages that show it. */
  readonly frames: readonly AuditFrame[];
}

/** Something that no numbered requirement asks for and that matters all the same: what a server survives. */
export interface AuditNote {
  readonly probe: string;
  readonly kind: 'good' | 'bad';
  readonly text: string;
  readonly frames: readonly AuditFrame[];
}

export interface AuditTarget {
  readonly kind: 'reference' | 'command' | 'url' | 'module';
  readonly server: { readonly name: string; readonly version: string };
  readonly dialect: DialectId;
  readonly transport: TransportId;
}

export interface AuditDocument {
  readonly schema: typeof AUDIT_SCHEMA;
  readonly claimcheck: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly exitCode: number;
  /** null: the server was never reached; `error` says why. */
  readonly target: AuditTarget | null;
  readonly error: string | null;
  readonly counts: Readonly<Record<AuditOutcome, number>>;
  readonly rows: readonly AuditRow[];
  readonly notes: readonly AuditNote[];
}
