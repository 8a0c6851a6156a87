import { Command } from 'commander';
import { expect, it } from 'vitest';
import { evalKind } from './eval-choice.ts';
import { addClientOptions } from './eval-clients.ts';
import { addLintOptions } from './eval-lint.ts';
import { addModelOptions } from './eval-model-options.ts';
import { addEvalOptions } from './eval-options.ts';
import { addTargetOptions } from './target-options.ts';

function kindOf(...args: readonly string[]) {
  const parser = new Command().exitOverride();
  for (const add of [addEvalOptions, addModelOptions, addTargetOptions, addLintOptions, addClientOptions]) add(parser);
  parser.option('--json').option('--strict').option('--quiet');
  parser.parse(args, { from: 'user' });
  return evalKind(parser);
}

it('the options say whether agents, clients or descriptions are looked at', () => {
  expect(kindOf()).toBe('agents');
  expect(kindOf('--agent', 'model', '--schema', 'bare', '--seed', '2', '--json')).toBe('agents');
  expect(kindOf('--clients', '--out', 'table', '--force', '--seed', '2', '--strict', '--transport', 'http')).toBe(
    'clients',
  );
  expect(kindOf('--lint', '--schema', 'bare', '--server', 'node x.js', '--quiet')).toBe('lint');
});

it.each([
  [['--clients', '--law', 'all'], '--law belongs to an evaluation of agents, not to --clients'],
  [['--clients', '--model', 'm'], '--model belongs to an evaluation of agents, not to --clients'],
  [['--clients', '--schema', 'bare'], '--schema belongs to an evaluation of agents and --lint, not to --clients'],
  [['--lint', '--out', 'x'], '--out belongs to an evaluation of agents and --clients, not to --lint'],
  [['--patience', '0'], '--patience belongs to --clients, not to an evaluation of agents'],
  [['--lint', '--offline'], '--offline belongs to --clients, not to --lint'],
  [['--lint', '--clients'], '--clients and --lint exclude each other'],
])('%j is refused', (args, words) => {
  expect(() => kindOf(...args)).toThrow(words);
});
