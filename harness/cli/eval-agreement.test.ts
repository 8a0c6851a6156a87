import { describe, expect, it } from 'vitest';
import { agreementText } from './eval-agreement.ts';

describe('real against virtual time', () => {
  const scores = { equal: 20, all: 29 };
  const agreement = { agent: 'swapper', mode: 'async', law: 'uniform', episodes: 50, alike: 47, scores } as const;

  it('says how many episodes are alike, and how close the others were', () => {
    const text = agreementText([{ ...agreement, unequal: [], raced: 3, raceMsMax: 84.2, apart: [] }]);
    expect(text).toMatch(/swapper .* 50 │ +47 │ equal +│ +3 │ +84 ms │ – +│ +20 of 29 equal/);
  });

  it('names what cannot be explained', () => {
    const text = agreementText([{ ...agreement, unequal: ['task'], raced: 0, raceMsMax: null, apart: ['["a/1",1]'] }]);
    expect(text).toMatch(/47 │ NOT: task +│ +0 │ +– │ 1: \["a\/1",1\]/);
  });
});
