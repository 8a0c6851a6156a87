import type { Measure } from '../../model/evaluation/measure.ts';
import { share } from './sample.ts';
import { tokenFigures } from './token-figures.ts';

export const waitingBillShare: Measure = {
  meta: {
    id: 'waiting-bill-share',
    title: 'Share of the bill of waiting',
    description:
      'Context read in turns that did nothing but poll or wait, of all context read turn by turn, which is what providers bill.',
    unit: 'ratio',
    better: 'lower',
    group: 'waiting',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const { billed, billedWaiting } = tokenFigures(episode);
    return share(billedWaiting, billed);
  },
};
