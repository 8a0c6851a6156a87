import { randomBytes } from 'node:crypto';

/**
 * A place in somebody's trace, as W3C Trace Context level 1 writes it: `00-<trace id>-<span id>-<flags>`, in lower-case hex.
 * undefined: the text is none, or its ids are all zero.
 */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
  /** Last byte of the text; bit 0: whoever called keeps this trace. */
  readonly flags: string;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

export function readTraceparent(text: unknown): TracePlace | undefined {
  const found = typeof text === 'string' && text.length <= 512 ? TRACEPARENT.exec(text) : null;
  if (found === null) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = found;
  return { traceId, spanId, flags };
}

export function writeTraceparent({ traceId, spanId, flags }: TracePlace): string {
  return `00-${traceId}-${spanId}-${flags}`;
}

/** A new span of the same trace: one run of the work. */
export function childOf({ traceId, flags }: TracePlace): TracePlace {
  return { traceId, spanId: randomBytes(8).toString('hex'), flags };
}
