import { describe, expect, it } from 'vitest';
import {
  compileExpression,
  compileStatePattern,
  compileTextPattern,
  expressionFault,
  payloadOf,
  TEXT_LENGTH_MAX,
} from './expression.ts';
import type { JsonObject } from './json-rpc.ts';

const texts = (...all: string[]): JsonObject => ({ content: all.map((text) => ({ type: 'text', text })) });

describe('payload', () => {
  it('is structuredContent where there is one', () => {
    expect(payloadOf({ ...texts('{"a":1}'), structuredContent: { a: 2 } })).toEqual({ a: 2 });
  });

  it('is else the first text block that holds JSON', () => {
    expect(payloadOf(texts('not json', '{"a":1}', '{"a":2}'))).toEqual({ a: 1 });
  });

  it('is else the result itself, also when a text happens to be a number', () => {
    expect(payloadOf(texts('42'))).toEqual(texts('42'));
  });
});

describe('expression', () => {
  it('reads a JSONPath over the payload', () => {
    expect(compileExpression('$.job.id')({ structuredContent: { job: { id: 7 } } })).toBe(7);
    expect(compileExpression('$.content[0].text')(texts('hello'))).toBe('hello');
    expect(compileExpression('$.content[1].text')(texts('hello'))).toBeUndefined();
    expect(compileExpression('$.job[0]')({ structuredContent: { job: { 0: 'no list' } } })).toBeUndefined();
  });

  it('gives undefined for nothing and for null', () => {
    expect(compileExpression('$.job')({ structuredContent: { job: null } })).toBeUndefined();
    expect(compileExpression('$.job')({ structuredContent: {} })).toBeUndefined();
  });

  it('reads group 1 of a regular expression over all text blocks, else the whole match', () => {
    const result = texts('Started', 'PID: 4711', 'done');
    expect(compileExpression('/^PID: (\\d+)$/m')(result)).toBe('4711');
    expect(compileExpression('/pid: \\d+/i')(result)).toBe('PID: 4711');
    expect(compileExpression('/started\\npid/i')(result)).toBe('Started\nPID');
    expect(compileExpression('/nothing/')(result)).toBeUndefined();
  });

  it('matches the same way each time, also with the g flag', () => {
    const read = compileExpression('/\\d/g');
    expect([read(texts('1')), read(texts('1')), read(texts('1'))]).toEqual(['1', '1', '1']);
  });

  it('takes the first of a list that gives a value', () => {
    const read = compileExpression(['/^EXIT: (\\d+)$/m', '$.state']);
    expect(read({ ...texts('EXIT: 0'), structuredContent: { state: 'x' } })).toBe('0');
    expect(read({ structuredContent: { state: 'x' } })).toBe('x');
  });

  it('looks at a limited stretch of text', () => {
    const long = texts(`${'x'.repeat(TEXT_LENGTH_MAX)}token`);
    expect(compileExpression('/token/')(long)).toBeUndefined();
  });

  it('says what is wrong with itself', () => {
    expect(expressionFault('$.a')).toBeNull();
    expect(expressionFault('result')).toBe(
      "'result' is neither a JSONPath ('$.key') nor a regular expression ('/text (\\S+)/')",
    );
    expect(expressionFault('/(/')).toBe(
      "'/(/' is no regular expression: Invalid regular expression: /(/: Unterminated group",
    );
    expect(expressionFault(['$.a', '$.b['])).toMatch(/^'\$\.b\[' is no JSONPath: Expected/);
  });
});

describe('patterns', () => {
  it('compares a state with a literal or a regular expression', () => {
    expect(['0', '00'].map(compileStatePattern('0'))).toEqual([true, false]);
    expect(['7', '0', '12'].map(compileStatePattern('/^[1-9]\\d*$/'))).toEqual([true, false, true]);
  });

  it('takes the text of an error by a regular expression with or without slashes', () => {
    expect(compileTextPattern('not found|No tracked')('No tracked process 7')).toBe(true);
    expect(compileTextPattern('not found|No tracked')('no tracked process 7')).toBe(false);
    expect(compileTextPattern('/no tracked/i')('No tracked process 7')).toBe(true);
  });
});
