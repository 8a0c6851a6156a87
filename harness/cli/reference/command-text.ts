import type { Argument, Option, Command as Parser } from 'commander';
import { markdownTable } from '../markdown-table.ts';

/** One command for a document: how it is called, and a table of its options. */
export function commandText(parser: Parser, name: string): string {
  const { registeredArguments, options } = parser;
  const usage = `claimcheck ${name} ${parser.usage()}`;
  const parts = [`### claimcheck ${name}`, '', `${parser.description()}`, '', '```', usage, '```'];
  if (registeredArguments.length > 0) parts.push('', ...registeredArguments.map(argumentText));
  if (options.length > 0) parts.push('', markdownTable(['option', 'does', 'default'], options.map(optionCells)));
  return parts.join('\n');
}

function argumentText(argument: Argument): string {
  return `- \`${argument.name()}\`: ${argument.description}`;
}

function optionCells({ flags, description, argChoices, defaultValue, defaultValueDescription }: Option): string[] {
  const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`;
  const standard = defaultValue === undefined ? '' : (defaultValueDescription ?? JSON.stringify(defaultValue));
  return [`\`${flags}\``, `${description}${choices}`, standard];
}
