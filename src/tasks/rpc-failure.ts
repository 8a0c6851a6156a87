import type { Outcome, RpcError } from './task.ts';

/** A tool throws this to end its task with exactly this JSON-RPC error. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';
  readonly error: RpcError;

  constructor(error: RpcError) {
    super(error.message);
    this.error = error;
  }
}

export const INTERNAL_ERROR = -32603; // JSON-RPC 2.0, section 5.1

/** An outcome of the engine's own making; `reason` is for programs. */
export function failure(
  reason: 'timed-out' | 'interrupted' | 'no-such-tool' | 'tool-crashed' | 'unavailable',
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Outcome {
  return { kind: 'error', error: { code: INTERNAL_ERROR, message, data: { reason, ...more } } };
}
