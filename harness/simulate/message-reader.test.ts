import { expect, test } from 'vitest';
import { createMessageReader } from './message-reader.ts';

const long = (name: string) => JSON.stringify({ name, text: 'x'.repeat(3_000) });

test('parses a long text once, and every short one anew', () => {
  const read = createMessageReader();
  expect(read(long('a'))).toBe(read(long('a')));
  expect(read('{"a":1}')).toEqual({ a: 1 });
  expect(read('{"a":1}')).not.toBe(read('{"a":1}'));
});

test('tells long texts apart, also beyond those it remembers', () => {
  const read = createMessageReader();
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < 100; index += 1) expect(read(long(`n${index}`))).toMatchObject({ name: `n${index}` });
  }
});

test('says each time that a long text is no JSON', () => {
  const read = createMessageReader();
  const broken = long('a').slice(0, -1);
  expect([read(broken), read(broken)]).toEqual([undefined, undefined]);
});
