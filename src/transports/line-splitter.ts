/** Cuts a byte stream into lines, each of a bounded length. */
import { Buffer } from 'node:buffer';

const NEWLINE = 0x0a;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** The rest without a newline counts as a line. */
  end(): void;
}

/** `onLine` gets every line without its newline; null stands for one that was longer than `lineBytesMax` and is dropped. */
export function createLineSplitter(lineBytesMax: number, onLine: (line: string | null) => void): LineSplitter {
  let parts: Buffer[] = [];
  let bytes = 0;
  let isTooLong = false;
  const keep = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > lineBytesMax) {
      isTooLong = true;
      parts = [];
    } else if (part.length > 0) {
      parts.push(part);
    }
  };
  const finish = (): void => {
    const line = isTooLong ? null : Buffer.concat(parts).toString('utf8');
    parts = [];
    bytes = 0;
    isTooLong = false;
    onLine(line);
  };
  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end));
        finish();
        start = end + 1;
      }
      keep(chunk.subarray(start));
    },
    end() {
      if (bytes > 0) finish();
    },
  };
}
