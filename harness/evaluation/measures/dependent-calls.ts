import { hasArrived } from './call-standing.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { type CallView, viewOf } from './episode-view.ts';
import { valueUses } from './value-uses.ts';

export interface DependentCall {
  readonly call: CallView;
  /** assumed: a value was made up for a result that had not come; premature: it was only made too early. null: neither. */
  readonly violation: 'assumed' | 'premature' | null;
}

/** Calls of gold steps that need the result of another. */
export const dependentCalls = onceAnEpisode((episode): readonly DependentCall[] => {
  const uses = valueUses(episode);
  return viewOf(episode).calls.flatMap((call): DependentCall[] => {
    const { step } = call;
    if (step === null || step.inputs.length === 0) return [];
    const missing = step.inputs.filter((input) => !hasArrived(input, call.call.at));
    if (missing.length === 0) return [{ call, violation: null }];
    const isMadeUp = uses.some((use) => use.call === call && use.from === null && missing.includes(use.of));
    return [{ call, violation: call.call.assumed || isMadeUp ? 'assumed' : 'premature' }];
  });
});
