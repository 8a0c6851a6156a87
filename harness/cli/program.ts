import type { Readable } from 'node:stream';
import { Command as Parser } from 'commander';
import { createSystemClock } from '../model/clock.ts';
import { EXIT } from '../model/exit-code.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import type { CommandContext } from './command.ts';
import { COMMANDS, LATER } from './commands.ts';
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

/** Knows the command that was named, or, for the help text, all of them. */
async function createParser(context: CommandContext, [name]: readonly string[]): Promise<Parser> {
  const { output } = context;
  const parser = new Parser('claimcheck')
    .description('Breaks asynchronous MCP servers before agents meet them.')
    .usage('<command> [options]')
    .version(context.package.version)
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText('after', HELP_TAIL);
  parser.exitOverride().configureOutput({ writeOut: output.result, writeErr: output.warn, outputError: () => {} });
  const named = name === undefined ? undefined : COMMANDS[name];
  for (const load of named === undefined ? Object.values(COMMANDS) : [named]) {
    const command = await load();
    // A subcommand takes over exitOverride and configureOutput from its parent.
    const child = parser.command(command.name).description(command.summary);
    command.attach(child, context);
  }
  return parser;
}

const HELP_TAIL = `
Exit codes: 0 valid, 1 an invariant was violated, 2 unknown, 3 a threshold missed or a gate failed, 64 bad usage,
70 our own fault, 130 interrupted (the report is still written).`;

/** A clear word about commands that are not there, before the parser speaks of its own rules. */
function refuseUnknown(argv: readonly string[]): void {
  const [name] = argv;
  if (name === undefined || name.startsWith('-')) return;
  const known = Object.keys(COMMANDS);
  if (known.includes(name)) return;
  if (LATER.includes(name)) {
    throw new UsageError(`'${name}' is not part of this version yet; commands: ${known.join(', ')}.`);
  }
  throw unknownName('command', name, known);
}
