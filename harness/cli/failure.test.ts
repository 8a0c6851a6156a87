import { CommanderError } from 'commander';
import { expect, it } from 'vitest';
import { UsageError } from '../model/usage-error.ts';
import { explainFailure } from './failure.ts';

const about = { version: '0.1.0', argv: ['run', 'tour'] };

it('bad usage is one message without a stack', () => {
  expect(explainFailure(new UsageError('no such thing'), about)).toEqual({
    exitCode: 64,
    message: 'claimcheck: no such thing',
  });
});

it('what the parser refuses is bad usage, and help is not', () => {
  expect(
    explainFailure(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"), about),
  ).toEqual({
    exitCode: 64,
    message: "claimcheck: unknown option '--x'\nSee: claimcheck --help",
  });
  expect(explainFailure(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'), about).exitCode).toBe(0);
});

it('our own fault says what to report, with the cause', () => {
  const { exitCode, message } = explainFailure(new Error('outer', { cause: new Error('inner') }), about);
  expect(exitCode).toBe(70);
  for (const part of ['fault of Claimcheck itself', 'Error: outer', 'caused by Error: inner', 'claimcheck run tour']) {
    expect(message).toContain(part);
  }
});
