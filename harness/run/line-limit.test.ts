import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createLineLimit } from './line-limit.ts';

async function through(chunks: readonly string[], bytesMax: number): Promise<string> {
  return text(Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(createLineLimit(bytesMax)));
}

it('passes lines within the limit byte for byte, however they are cut', async () => {
  expect(await through(['ab', 'c\n', '\nde', 'f\ng'], 4)).toBe('abc\n\ndef\ng');
});

it('ends a line that is too long at the limit, leaves out its rest, and goes on with the next', async () => {
  expect(await through(['abcd', 'efgh', 'ij\nok\n', 'klmnopq'], 4)).toBe('abcd\nok\nklmn\n');
});

it('counts the line end as part of the line', async () => {
  expect(await through(['abc\nabcd\nab\n'], 4)).toBe('abc\nabcd\nab\n');
});
