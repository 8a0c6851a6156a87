import { onceAnEpisode } from './episode-memo.ts';
import { type StepView, viewOf } from './episode-view.ts';
import { valueUses } from './value-uses.ts';

/** The agent took a result for that of a step. */
export interface ResultTake {
  readonly of: StepView;
  /** Whose it was; null: nobody's. */
  readonly from: StepView | null;
}

/** All of them: what the agent says, and what the values in its calls show. */
export const resultTakes = onceAnEpisode((episode): readonly ResultTake[] => [
  ...viewOf(episode).binds.map(({ job, step }) => ({ of: step, from: job.owner })),
  ...valueUses(episode),
]);
