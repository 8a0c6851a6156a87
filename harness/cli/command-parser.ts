import { Command as Parser } from 'commander';
import type { CommandContext } from './command.ts';
import { COMMANDS } from './commands.ts';

/** Knows the command that was named, or, for the help text, all of them. */
export async function createParser(context: CommandContext, [name]: readonly string[]): Promise<Parser> {
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
