import { visible } from './visible-text.ts';

/** Where a command speaks: the result on stdout, everything else on stderr. */
export interface Output {
  /** The result, and nothing but the result. Adds a line end where none is. */
  result(text: string): void;
  /** What is going on; left out with --quiet. */
  progress(text: string): void;
  /** Worth reading even with --quiet. */
  warn(text: string): void;
  /** The stream of progress, for a block that is redrawn. */
  readonly stderr: NodeJS.WriteStream;
  /** Width of stdout, for tables. */
  readonly columns: number;
  /** A person is watching on a screen that is high enough: progress may be redrawn in place. */
  readonly isTerminal: boolean;
}

export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

// A pipe has no width; tables then get room for whole sentences.
const COLUMNS = 160;

// The block of progress has seven lines; some terminals have no size at all.
const ROWS_MIN = 9;

export function createOutput({ stdout, stderr }: Streams, isQuiet: () => boolean): Output {
  const line = (text: string) => visible(text.endsWith('\n') ? text : `${text}\n`);
  return {
    result: (text) => {
      stdout.write(line(text));
    },
    progress: (text) => {
      if (!isQuiet()) stderr.write(line(text));
    },
    warn: (text) => {
      stderr.write(line(text));
    },
    stderr,
    columns: stdout.columns || COLUMNS,
    isTerminal: stderr.isTTY === true && stderr.rows >= ROWS_MIN && stderr.columns > 0,
  };
}
