import { expect, it } from 'vitest';
import { principalOf } from './principal.ts';

it('agents are one, one each, or take turns', () => {
  const of = (facts: Parameters<typeof principalOf>[0]) => [1, 2, 3].map((agent) => principalOf(facts, agent));
  expect(of({ principals: false, principalCount: 2 })).toEqual(['all', 'all', 'all']);
  expect(of({ principals: true })).toEqual([1, 2, 3]);
  expect(of({ principals: true, principalCount: 2 })).toEqual([1, 2, 1]);
});
