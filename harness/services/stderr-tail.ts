import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

// Enough for any tail we print; a flooded log is not read whole.
const TAIL_BYTES = 16 * 1024;

/** The last lines of a log, indented, or an empty string. */
export function stderrTail(path: string, lineCount: number): string {
  if (!existsSync(path)) return '';
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Math.min(size, TAIL_BYTES);
    const buffer = Buffer.alloc(bytes);
    readSync(file, buffer, 0, bytes, size - bytes);
    const lines = buffer.toString('utf8').trimEnd().split('\n');
    return lines[0] === ''
      ? ''
      : lines
          .slice(-lineCount)
          .map((line) => `    ${line}`)
          .join('\n');
  } finally {
    closeSync(file);
  }
}
