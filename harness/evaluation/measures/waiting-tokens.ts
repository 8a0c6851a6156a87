import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { tokenFigures } from './token-figures.ts';

export const waitingTokens: Measure = {
  meta: {
    id: 'waiting-tokens',
    title: 'Tokens of waiting',
    description:
      'Tokens read and written in turns that did nothing but poll or wait. A quarter of the bytes where the agent does not count. null: no turns.',
    unit: 'tokens',
    better: 'lower',
    group: 'waiting',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const { fresh, freshWaiting } = tokenFigures(episode);
    return fresh > 0 ? value(freshWaiting) : null;
  },
};
