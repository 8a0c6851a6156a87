import type { Measure } from '../../model/evaluation/measure.ts';
import { isKnown } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { shareOf } from './sample.ts';

export const prematureClaims: Measure = {
  meta: {
    id: 'premature-claims',
    title: 'Premature claims',
    description:
      'Tasks reported as done before the results of all their gold calls were known, of all reported as done.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'literature',
    source: 'Stopping too early: MCP-Atlas (arXiv 2602.00933).',
    perfect: 0,
  },
  of(episode) {
    const { claims, tasks } = viewOf(episode);
    return shareOf(
      claims.filter(({ success }) => success),
      (claim) => {
        const steps = tasks.find(({ task }) => task.id === claim.task)?.steps ?? [];
        return !steps.every((step) => isKnown(step, claim.at));
      },
    );
  },
};
