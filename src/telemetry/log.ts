import { destination, pino } from 'pino';

/** What the server says to its operator. */
export interface ServerLog {
  debug(fields: LogFields, text: string): void;
  info(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  error(fields: LogFields, text: string): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Structured lines on stderr: with stdio, stdout belongs to the protocol. Written at once, so that a crash keeps the last one. */
export function createLog(level: LogLevel): ServerLog {
  const stderr = destination({ fd: 2, sync: true });
  stderr.on('error', () => {}); // Nobody reads it any more: that ends the log, not the server.
  return pino({ level, base: { pid: process.pid } }, stderr);
}

export function createSilentLog(): ServerLog {
  const say = () => {};
  return { debug: say, info: say, warn: say, error: say };
}
