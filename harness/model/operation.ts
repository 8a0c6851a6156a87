/** What an agent does to a server under test, and the words for how it can go wrong. Shared by every layer; no behaviour. */

export const OPERATIONS = ['create', 'get', 'result', 'update', 'cancel', 'list', 'listen'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Why an operation did not (`fail`) or may not (`info`) have happened. */
export const REASONS = [
  'not-found',
  'refused',
  'conflict',
  'full',
  'unavailable',
  'rate-limited',
  'session-lost',
  'timeout',
  'reset',
  'eof',
  'garbled',
  'http',
] as const;
export type Reason = (typeof REASONS)[number];

/** Task status as a client sees it, in both Tasks dialects and in job handles once the profile has translated them. */
export const STATUSES = ['working', 'input_required', 'completed', 'failed', 'cancelled'] as const;
export type Status = (typeof STATUSES)[number];

export const TERMINAL: ReadonlySet<Status> = new Set<Status>(['completed', 'failed', 'cancelled']);

export function isTerminal(status: Status | undefined): boolean {
  return status !== undefined && TERMINAL.has(status);
}

export const DIALECT_IDS = ['blocking', 'grace', 'handle', 'tasks-2025-11-25', 'tasks-2026-07-28'] as const;
export type DialectId = (typeof DIALECT_IDS)[number];

/** Its receipts are tasks of the extension of 2026-07-28; `grace` gives them only for what takes long. */
export function hasModernTasks(dialect: DialectId): boolean {
  return dialect === 'tasks-2026-07-28' || dialect === 'grace';
}

export type TransportId = 'stdio' | 'http';

/** Who sent a request: an agent by number (1…n), or the harness itself reading at the end of a run. */
export type AgentId = number | 'auditor';

/** A tool by the server's name for it, with its arguments as they are. */
export interface CallRequest {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}
