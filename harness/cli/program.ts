import type { Readable } from 'node:stream';
import { createSystemClock } from '../model/clock.ts';
import { EXIT } from '../model/exit-code.ts';
import { unknownName } from '../model/usage-error.ts';
import type { CommandContext } from './command.ts';
import { createParser } from './command-parser.ts';
import { COMMANDS } from './commands.ts';
import { explainFailure } from './failure.ts';
import { watchInterruption } from './interruption.ts';
import { createOutput, type Streams } from './output.ts';
import { findPackage } from './package.ts';

export interface Invocation extends Streams {
  readonly stdin: Readable;
  /** Without node and the script. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Parses the command line, runs the command and gives the exit code. Throws nothing. */
export async function execute({ argv, cwd, env, stdin, stdout, stderr }: Invocation): Promise<number> {
  // Known before anything is parsed, since an error may be printed before.
  const isQuiet = argv.includes('--quiet');
  const output = createOutput({ stdout, stderr }, () => isQuiet);
  using interruption = watchInterruption(output.warn);
  const own = findPackage();
  let exitCode: number = EXIT.valid;
  const context: CommandContext = {
    output,
    stdin,
    stdout,
    clock: createSystemClock(),
    package: own,
    cwd,
    env,
    signal: interruption.signal,
    end: (code) => {
      exitCode = code;
    },
  };
  try {
    refuseUnknown(argv);
    const parser = await createParser(context, argv);
    if (argv.length === 0) {
      output.warn(parser.helpInformation());
      return EXIT.usage;
    }
    await parser.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    const isWanted = interruption.signal.aborted && error === interruption.signal.reason;
    const failure = explainFailure(error, { version: own.version, argv });
    if (failure.message !== '' && !isWanted) output.warn(failure.message);
    return interruption.signal.aborted ? EXIT.interrupted : failure.exitCode;
  }
}

/** A clear word about commands that are not there, before the parser speaks of its own rules. */
function refuseUnknown(argv: readonly string[]): void {
  const [name] = argv;
  if (name === undefined || name.startsWith('-')) return;
  const known = Object.keys(COMMANDS);
  if (known.includes(name)) return;
  throw unknownName('command', name, known);
}
