/** The far end of a pipe: one boot of a stdio server, in whatever time it lives. */
export interface LinePeer {
  /** One line to its input; false: it is gone or its input is closed. */
  write(line: string): boolean;
  isGone(): boolean;
  onLine(listener: (line: string) => void): void;
  /** It closed its output, or it ended. May be called more than once. */
  onClose(listener: (why: string) => void): void;
}
