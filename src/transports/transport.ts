import type { Dialect } from '../dialects/dialect.ts';

/** Carries a dialect's messages in and out. */
export interface Transport {
  /** Resolves when clients can connect. Throws when the port or pipe cannot be had. */
  start(): Promise<void>;
  /** Takes nothing new, tells whoever waits that the server goes down, and resolves when nothing is left, after `withinMs` at the latest. */
  close(withinMs?: number): Promise<void>;
  /** Settles when the other side ended the conversation (stdio) or `close` is through. */
  readonly closed: Promise<void>;
  /** Where clients connect, once started; undefined for stdio. */
  readonly url: string | undefined;
}

export interface TransportOptions {
  readonly dialect: Dialect;
  /** Told of what went wrong without being anybody's answer: a bug of ours, a broken pipe. */
  onError?(error: Error): void;
}

/** Longest time `close` waits for answers under way to leave; they are short, the waiting ones end at once. */
export const CLOSE_MS_MAX = 2_000;

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
