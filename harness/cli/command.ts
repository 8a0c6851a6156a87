import type { Readable } from 'node:stream';
import type { Command as Parser } from 'commander';
import type { Clock } from '../model/clock.ts';
import type { Output } from './output.ts';
import type { Package } from './package.ts';

/** One command of the command line. To add one: a file that exports a Command, and a line in commands.ts. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Adds arguments, options and the action to a parser that already has the name and the summary. */
  attach(parser: Parser, context: CommandContext): void;
}

/** What main hands to every command; nothing else of the process is touched. */
export interface CommandContext {
  readonly output: Output;
  /** For a command that is spoken to, or that speaks a protocol; results of any other go by `output`. */
  readonly stdin: Readable;
  readonly stdout: NodeJS.WriteStream;
  readonly clock: Clock;
  readonly package: Package;
  /** Relative paths are relative to this. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The code this command ends with. */
  end(exitCode: number): void;
}
