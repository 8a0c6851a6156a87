import { objectAt } from './replacement.ts';

/** The `signal` of an options object of the platform; null: there is none. */
export function signalOf(options: unknown): AbortSignal | null {
  if (typeof options !== 'object' || options === null || !('signal' in options)) return null;
  const signal = options.signal === undefined ? null : objectAt(options, 'signal');
  return signal instanceof AbortSignal ? signal : null;
}

/** What Node throws: an Error by name and code, with the signal's reason as its cause. */
export function abortError(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}
