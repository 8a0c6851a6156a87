import type { Measure } from '../../model/evaluation/measure.ts';
import { idsOf, standingCalls, wasAccepted } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { share } from './sample.ts';

export const duplicateCreates: Measure = {
  meta: {
    id: 'duplicate-creates',
    title: 'Duplicate creates',
    description:
      'Jobs that the server began for a step that it had begun already and that had not failed, of all it began. Told apart by the ids of the server.',
    unit: 'ratio',
    better: 'lower',
    group: 'reliability',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const seen = new Set<string>();
    let begun = 0;
    let doubled = 0;
    for (const call of viewOf(episode).calls) {
      const ids = idsOf(call.job);
      if (ids.length === 0 || ids.every((id) => seen.has(id))) continue;
      for (const id of ids) seen.add(id);
      begun += 1;
      if (standingCalls(call).some(({ job }) => wasAccepted(job))) doubled += 1;
    }
    return share(doubled, begun);
  },
};
