import type { Pace } from '../model/fault.ts';

/** The far end of a pipe: one boot of a stdio server, in whatever time it lives. */
export interface LinePeer {
  /** One line to its input; false: it is gone or its input is closed. `bytes`: the line, where it is no text. */
  write(line: string, bytes?: Uint8Array): boolean;
  /** One line, piece by piece; what is written meanwhile waits behind it. Absent: it takes whole lines only. */
  trickle?(line: string, pace: Pace): Promise<boolean>;
  isGone(): boolean;
  onLine(listener: (line: string) => void): void;
  /** It closed its output, or it ended. May be called more than once. */
  onClose(listener: (why: string) => void): void;
}
