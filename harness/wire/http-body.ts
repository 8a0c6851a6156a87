import type { ResponseReader } from './http-reply.ts';
import type { RawReply } from './wire.ts';

/** A response body over this many bytes is not read on: no reply of a task server is near it. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** Gathers a body and says at its end what it means; one that is too long is garbled and not read to its end. */
export function readWhole(
  meaningOf: (text: string) => RawReply,
  http: number,
  bytesMax = BODY_BYTES_MAX,
): ResponseReader {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return {
    data(chunk) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) return { kind: 'garbled', message: 'the reply is too long', http, text: '' };
      chunks.push(chunk);
      return null;
    },
    end: () => meaningOf(textOf(chunks)),
  };
}

/** Most bodies come in one piece. */
function textOf(chunks: readonly Uint8Array[]): string {
  const [only] = chunks;
  const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8');
}
