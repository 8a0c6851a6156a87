import type { Prng } from '../model/prng.ts';

export type Side = 'baseline' | 'candidate';

/**
 * Which of the two is run first in each pair: every two pairs hold both orders (ABBA or BAAB), and chance says which comes
 * first, so that neither a drift of the machine nor a rhythm in it favours one side.
 */
export function pairOrders(pairs: number, draw: Prng): readonly (readonly [Side, Side])[] {
  return Array.from({ length: Math.ceil(pairs / 2) }, () => {
    const forward = ['baseline', 'candidate'] as const;
    const backward = ['candidate', 'baseline'] as const;
    return draw.chance(0.5) ? [forward, backward] : [backward, forward];
  })
    .flat()
    .slice(0, pairs);
}
