import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addModelOptions, type ModelFlags, modelChoice } from './eval-model-options.ts';
import { addEvalOptions, type EvalFlags } from './eval-options.ts';

function choiceFor(...args: readonly string[]) {
  return choiceOf('--agent', 'model', ...args);
}

function choiceOf(...args: readonly string[]) {
  const parser = new Command().exitOverride();
  addEvalOptions(parser);
  addModelOptions(parser);
  parser.parse(args, { from: 'user' });
  return modelChoice(parser.opts<EvalFlags & ModelFlags>(), { cwd: '/', env: { GIVEN: 'a-key' } });
}

const ENDPOINT = ['--base-url', 'http://127.0.0.1:1', '--model', 'm'];

describe('a model as an agent', () => {
  it('is asked at its endpoint, with a key out of the environment', () => {
    const choice = choiceFor(...ENDPOINT, '--api-key-env', 'GIVEN', '--loop', 'both');
    expect(choice).toMatchObject({
      name: 'm',
      modes: ['async', 'sync'],
      source: { kind: 'endpoint', apiKey: 'a-key', timeoutMs: 120_000 },
      concurrency: 4,
    });
  });

  it('is none where policies are evaluated, which have no use for its options', () => {
    expect(choiceOf('--agent', 'reference')).toBeNull();
    expect(() => choiceOf('--concurrency', '2')).toThrow('--concurrency is for --agent model');
  });

  it.each([
    ['--base-url URL and --model NAME', []],
    ['needs --price-in', [...ENDPOINT, '--budget-usd', '1']],
    ['CLAIMCHECK_NO_KEY: that variable is not set', [...ENDPOINT, '--api-key-env', 'CLAIMCHECK_NO_KEY']],
    ['keep the key out of the URL', ['--base-url', 'http://a:b@127.0.0.1:1', '--model', 'm']],
    ['--turn slow: expected', [...ENDPOINT, '--turn', 'slow']],
    ['a replay takes this from its transcripts', ['--replay', 'x', '--turn', 'measured']],
  ])('is refused with "%s"', (why, args) => {
    expect(() => choiceFor(...args)).toThrow(why);
  });
});
