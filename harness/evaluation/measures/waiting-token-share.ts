import type { Measure } from '../../model/evaluation/measure.ts';
import { share } from './sample.ts';
import { tokenFigures } from './token-figures.ts';

export const waitingTokenShare: Measure = {
  meta: {
    id: 'waiting-token-share',
    title: 'Share of tokens of waiting',
    description: 'Tokens read and written in turns that did nothing but poll or wait, of all.',
    unit: 'ratio',
    better: 'lower',
    group: 'waiting',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const { fresh, freshWaiting } = tokenFigures(episode);
    return share(freshWaiting, fresh);
  },
};
