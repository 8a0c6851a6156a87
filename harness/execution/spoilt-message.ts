import type { Pace, Spoiling } from '../model/fault.ts';

// With one quote less, whichever it is, no JSON text can be read.
const QUOTE = 0x22;
// The bit that makes a byte of ASCII something else than ASCII.
const HIGH_BIT = 0x80;
// The first half of ü, ahead of the brace that ends the message.
const HALF_A_CHARACTER = Buffer.from([0xc3]);
const LOG_LINE = '[info] 2026-01-01T00:00:00Z cache warmed in 12 ms';
const NEIGHBOUR = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"next"}}';

/** What arrives of a message, in bytes, since half a character is no text. */
export interface Spoilt {
  readonly bytes: Buffer;
  /** Lines of its own ahead of the message, which then stands alone and can be read (a pipe). */
  readonly linesBefore: readonly string[];
}

/** The message as it arrives. `at`: where it is hit, as a share of it; `isLine`: it goes over a pipe, as a line. */
export function spoil(
  text: string,
  how: { readonly how: Spoiling; readonly at: number; readonly isLine: boolean },
): Spoilt {
  const whole = Buffer.from(text);
  const alone = (bytes: Buffer): Spoilt => ({ bytes, linesBefore: [] });
  switch (how.how) {
    case 'flip':
      return alone(flipped(whole, how.at));
    case 'utf8':
      return alone(Buffer.concat([whole.subarray(0, -1), HALF_A_CHARACTER, whole.subarray(-1)]));
    case 'glued':
      return alone(Buffer.concat([whole, Buffer.from(NEIGHBOUR)]));
    case 'log':
      return how.isLine
        ? { bytes: whole, linesBefore: [LOG_LINE] }
        : alone(Buffer.concat([Buffer.from(`${LOG_LINE}\n`), whole]));
  }
}

/** The first quote from the drawn place on, else the first of all. */
function flipped(whole: Buffer, at: number): Buffer {
  const changed = Buffer.from(whole);
  const behind = whole.indexOf(QUOTE, Math.floor(at * whole.length));
  const place = behind < 0 ? Math.max(0, whole.indexOf(QUOTE)) : behind;
  changed[place] = (changed[place] ?? 0) ^ HIGH_BIT;
  return changed;
}

/** How long a message of so many bytes takes at this pace, ms. */
export function trickleMs(bytes: number, { sliceBytes, everyMs }: Pace): number {
  return Math.max(0, Math.ceil(bytes / sliceBytes) - 1) * everyMs;
}

/** The slices of a message, each when it is due. */
export async function* slices(
  bytes: Uint8Array,
  pace: Pace,
  sleep: (ms: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pace.sliceBytes) {
    if (from > 0) await sleep(pace.everyMs);
    yield bytes.subarray(from, from + pace.sliceBytes);
  }
}
