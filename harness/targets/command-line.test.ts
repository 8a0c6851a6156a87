import { expect, it } from 'vitest';
import { splitCommandLine } from './command-line.ts';
import { parseDuration } from './duration.ts';

it.each([
  ['node server.js --data x', ['node', 'server.js', '--data', 'x']],
  ['  a\t b  ', ['a', 'b']],
  ['a "b c" \'d e\'', ['a', 'b c', 'd e']],
  ['a\\ b --x="y z"\'w\'', ['a b', '--x=y zw']],
  ['a "say \\"hi\\" \\\\ \\n" ""', ['a', 'say "hi" \\ \\n', '']],
  [`a '{"k":"v w"}'`, ['a', '{"k":"v w"}']],
  ['a {{ dir }}/x {{number 1 9}}', ['a', '{{ dir }}/x', '{{number 1 9}}']],
  ['a $HOME *.js; b | c', ['a', '$HOME', '*.js;', 'b', '|', 'c']],
])('splits %s like a shell, and runs none', (line, words) => {
  expect(splitCommandLine(line)).toEqual(words);
});

it.each([
  ['', 'The command is empty; expected a program and its arguments.'],
  ['a "b', 'The command has a " that is never closed: a "b'],
  ['a b\\', 'The command ends with a backslash: a b\\'],
])('refuses %j', (line, message) => {
  expect(() => splitCommandLine(line)).toThrow(message);
});

it.each([
  ['600ms', 600],
  ['10s', 10_000],
  ['1.5 s', 1500],
  ['2m', 120_000],
  [250, 250],
  [0, 0],
  ['600', null],
  ['-1s', null],
  [-1, null],
  [Number.NaN, null],
  ['1.5h', 5_400_000],
  ['1d', null],
])('reads the duration %j as %j ms', (value, ms) => {
  expect(parseDuration(value)).toBe(ms);
});
