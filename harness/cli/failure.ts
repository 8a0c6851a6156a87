import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from '../model/exit-code.ts';
import { UsageError } from '../model/usage-error.ts';

export interface Failure {
  readonly exitCode: ExitCode;
  readonly message: string;
}

/** What a thrown error means for whoever typed the command: bad usage without a stack, or our own fault with what to report. */
export function explainFailure(
  error: unknown,
  about: { readonly version: string; readonly argv: readonly string[] },
): Failure {
  if (error instanceof UsageError) return { exitCode: EXIT.usage, message: `claimcheck: ${error.message}` };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { exitCode: EXIT.valid, message: '' };
    const text = error.message.replace(/^error: /, '');
    return { exitCode: EXIT.usage, message: `claimcheck: ${text}\nSee: claimcheck --help` };
  }
  const lines = [
    'claimcheck: this is a fault of Claimcheck itself, not of the server under test.',
    '',
    stackOf(error),
    '',
    'Please report it with the lines above and these:',
    `  claimcheck ${about.version}, Node ${process.version}, ${process.platform} ${process.arch}`,
    `  claimcheck ${about.argv.join(' ')}`,
    'The run directory, if one was named, holds the plan and the history up to this point.',
  ];
  return { exitCode: EXIT.ours, message: lines.join('\n') };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
