import { Command as Parser } from 'commander';
import { UsageError } from '../model/usage-error.ts';
import { addClientOptions } from './eval-clients.ts';
import { addLintOptions } from './eval-lint.ts';
import { addModelOptions } from './eval-model-options.ts';
import { addEvalOptions } from './eval-options.ts';
import { optionName } from './option-name.ts';

/** The three things that `eval` does. */
export type EvalKind = 'agents' | 'clients' | 'lint';

const TITLES: Readonly<Record<EvalKind, string>> = {
  agents: 'an evaluation of agents',
  clients: '--clients',
  lint: '--lint',
};

/**
 * Which of them the command line asks for. Throws a UsageError for an option that means nothing to it: whoever gives one must not think
 * that it was heard. Those that name a server are left to each, which says what else to do.
 */
export function evalKind(parser: Parser): EvalKind {
  const isGiven = (name: string) => parser.getOptionValueSource(name) === 'cli';
  if (isGiven('clients') && isGiven('lint')) throw new UsageError('--clients and --lint exclude each other');
  const kind = isGiven('clients') ? 'clients' : isGiven('lint') ? 'lint' : 'agents';
  const heard = heardBy();
  for (const name of parser.options.map((option) => option.attributeName()).filter(isGiven)) {
    const kinds = (['agents', 'clients', 'lint'] as const).filter((one) => heard[one].has(name));
    if (kinds.length === 0 || kinds.includes(kind)) continue;
    const owners = kinds.map((one) => TITLES[one]).join(' and ');
    throw new UsageError(`${optionName(name)} belongs to ${owners}, not to ${TITLES[kind]}`);
  }
  return kind;
}

/** What is in none of them is heard by all. */
function heardBy(): Readonly<Record<EvalKind, ReadonlySet<string>>> {
  return {
    agents: new Set([...namesOf(addEvalOptions), ...namesOf(addModelOptions), 'schema']),
    clients: new Set([...namesOf(addClientOptions), 'seed', 'out', 'force']),
    lint: new Set(namesOf(addLintOptions)),
  };
}

function namesOf(add: (parser: Parser) => void): readonly string[] {
  const parser = new Parser();
  add(parser);
  return parser.options.map((option) => option.attributeName());
}
