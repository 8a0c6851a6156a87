import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addModelOptions } from './eval-model-options.ts';
import { addEvalOptions, type EvalFlags, requestOf } from './eval-options.ts';
import { findPackage } from './package.ts';
import { addTargetOptions, type TargetFlags } from './target-options.ts';

const own = findPackage();

function requestFor(...args: readonly string[]) {
  const parser = new Command().exitOverride();
  addEvalOptions(parser);
  addModelOptions(parser);
  addTargetOptions(parser);
  parser.parse(args, { from: 'user' });
  return requestOf(parser.opts<EvalFlags & TargetFlags>(), { package: own, cwd: own.root });
}

describe('what eval is asked', () => {
  it('is every policy in both modes, in virtual time, unless it says otherwise', () => {
    const { agents, modes, laws, seeds, time, schema, crash, scenario } = requestFor();
    expect({ agents: agents.length, modes, laws, seeds, time, schema, crash, scenario: scenario.name }).toEqual({
      ...{ agents: 13, modes: ['async', 'sync'], laws: ['uniform'], seeds: [1], time: 'virtual' },
      ...{ schema: 'explicit', crash: null, scenario: 'steady' },
    });
  });

  it('may be several laws and seeds, crashes in every phase, and other agents of the host', () => {
    const asked = requestFor('--law', 'all', '--seeds', '4', '--crash', 'all', '--set', 'agents.policy=subscriber');
    expect(asked.laws).toHaveLength(6);
    expect(asked.seeds).toEqual([1, 2, 3, 4]);
    expect(asked.crash).toMatchObject({ phases: expect.arrayContaining(['mid-run']), keepsIds: [true, false] });
    expect(asked.scenario.agents.policy).toBe('subscriber');
  });

  it('is as much at once in real time as its haste allows', () => {
    const atOnce = (scale: string) => requestFor('--time', 'real', '--time-scale', scale).rules.parallel;
    expect([atOnce('0.05'), atOnce('1')]).toEqual([8, 160]);
  });

  it.each([
    [['--agent', 'refrence'], "Did you mean 'reference'"],
    [['--agent', 'all,swapper'], "'all' is every policy"],
    [['--law', 'unifrom'], "Did you mean 'uniform'"],
    [['--crash', 'mid-runn'], "Did you mean 'mid-run'"],
    [['--server', 'node x.js'], '--server: agents are evaluated on the server that comes with the data set'],
    [['--store-url', 'redis://127.0.0.1'], '--store-url: agents are evaluated'],
    [['--answers', 'x.jsonl'], '--answers goes with --data'],
    [['--dialect', 'blocking', '--mode', 'async'], 'gives no receipts'],
    [['--failing', '2'], 'expected a share from 0 to 1'],
    [['--set', 'agents.policy=subscribr'], 'agents.policy'],
  ])('is refused: %j', (args, words) => {
    expect(() => requestFor(...args)).toThrow(words);
  });
});
