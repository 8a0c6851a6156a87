import { expect, it } from 'vitest';
import { encode, parseMessage } from './message.ts';
import { DEPTH_MAX, isTooDeep } from './nesting.ts';

const list = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const call = (depth: number) =>
  `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"arguments":{"a":${list(depth)}}}}`;

it('counts lists and objects inside each other, in whichever branch', () => {
  const nested = (depth: number): unknown => JSON.parse(`[1,${list(depth - 1)},{"a":2}]`);
  expect(isTooDeep(nested(DEPTH_MAX), 10_000)).toBe(false);
  expect(isTooDeep(nested(DEPTH_MAX + 1), 10_000)).toBe(true);
  expect(isTooDeep('x'.repeat(10_000), 10_002)).toBe(false);
});

it('refuses what no tool could look at, under the id it came with', () => {
  expect(parseMessage(call(100)).kind).toBe('message');
  for (const depth of [DEPTH_MAX, 8_000, 500_000]) {
    expect(parseMessage(call(depth))).toMatchObject({
      kind: 'invalid',
      id: 7,
      fault: { code: -32600, message: 'Invalid request: nested deeper than 200 levels' },
    });
  }
});

it('can always write what it lets in', () => {
  const parsed = parseMessage(call(DEPTH_MAX - 3));
  expect(parsed.kind === 'message' && encode(parsed.message)).toBe(call(DEPTH_MAX - 3));
});
