import { closeSync, existsSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { FxBody } from '../model/event.ts';

// A read of an idle ledger happens before every frame: the buffer is allocated once.
const READ_BYTES = 64 * 1024;
// A server that writes rubbish into its ledger is told once a line, this often at most.
const COMPLAINTS_MAX = 20;
// A line of a ledger has a hundred; one without end must not fill the memory.
const LINE_CHARS_MAX = 64 * 1024;
// What a server wrote while no frame came is seen this late at most.
export const IDLE_TAIL_MS = 5;

const lineSchema = z.object({
  token: z.union([z.string(), z.number()]),
  phase: z.enum(['begin', 'commit']).default('commit'),
  at: z.number().optional(),
  worker: z.union([z.string(), z.number()]).optional(),
});

export interface Ledger {
  /** Reads what was appended since the last drain and hands it on, in order. */
  drain(): void;
  close(): void;
}

export interface LedgerOptions {
  /** The file the server under test appends to; it may not exist yet. */
  readonly path: string;
  /** Where raw lines are copied to (ledger.jsonl); null: `path` is that file. */
  readonly copyTo: string | null;
  /** CLOCK_MONOTONIC at run start, ns. */
  readonly originNs: bigint;
  readonly now: () => number;
  /** The boot of a line, by what it says of its writer; null: nothing. */
  readonly boot: (worker: string | null) => number;
  readonly callOf: (token: string) => number | null;
  readonly onEffect: (effect: FxBody) => void;
  readonly onComplaint: (text: string) => void;
}

/**
 * Follows the effect ledger, a file that the server under test appends JSON lines to, from where it ends now: what stands
 * in it already is of an earlier run. A line counts once its newline is there.
 */
export function createLedger(options: LedgerOptions): Ledger {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const decoder = new TextDecoder();
  const copy = options.copyTo === null ? null : openSync(options.copyTo, 'a');
  let file: number | null = null;
  let position = statSync(options.path, { throwIfNoEntry: false })?.size ?? 0;
  let tail = '';
  let isCut = false;
  let complaints = 0;

  const complain = (line: string) => {
    complaints += 1;
    if (complaints <= COMPLAINTS_MAX) options.onComplaint(`a ledger line is not {token, phase}: ${line.slice(0, 200)}`);
  };
  /** The end of a line whose beginning was thrown away is none. */
  const takeWhole = (line: string) => {
    if (line.length > LINE_CHARS_MAX) complain(line);
    else if (!isCut && line !== '') take(line);
    isCut = false;
  };
  const take = (line: string) => {
    const parsed = parseLine(line);
    if (parsed === null) return complain(line);
    const token = String(parsed.token);
    const worker = parsed.worker === undefined ? null : String(parsed.worker);
    const now = options.now();
    const at = parsed.at === undefined ? null : parsed.at - Number(options.originNs);
    // A writer with another clock (or none) would give times outside the run: then the time seen is the better witness.
    const isPlausible = at !== null && at >= 0 && at <= now;
    options.onEffect({
      kind: 'fx',
      token,
      call: options.callOf(token),
      phase: parsed.phase,
      boot: options.boot(worker),
      ...(worker === null ? {} : { worker }),
      ...(isPlausible ? { at: Math.round(at) } : { at: now, seen: true }),
    });
  };

  return {
    drain() {
      file ??= openIfThere(options.path);
      if (file === null) return;
      for (;;) {
        const bytes = readSync(file, buffer, 0, READ_BYTES, position);
        if (bytes === 0) return;
        position += bytes;
        if (copy !== null) writeSync(copy, buffer, 0, bytes);
        const lines = (tail + decoder.decode(buffer.subarray(0, bytes), { stream: true })).split('\n');
        tail = lines.pop() ?? '';
        for (const line of lines) takeWhole(line);
        if (tail.length > LINE_CHARS_MAX) {
          if (!isCut) complain(tail);
          tail = '';
          isCut = true;
        }
        if (bytes < READ_BYTES) return;
      }
    },
    close() {
      if (file !== null) closeSync(file);
      if (copy !== null) closeSync(copy);
      file = null;
    },
  };
}

function parseLine(line: string): z.infer<typeof lineSchema> | null {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    // The caller complains with the line itself.
    return null;
  }
}

function openIfThere(path: string): number | null {
  // Looked for with every frame, and a server that never writes one has none: an error each time would cost more than the frame.
  if (!existsSync(path)) return null;
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
