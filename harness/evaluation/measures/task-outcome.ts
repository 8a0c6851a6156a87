import { hasArrived } from './call-standing.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { type CallView, type StepView, type TaskView, viewOf } from './episode-view.ts';
import { hasRightArguments, isSame } from './step-match.ts';

/** What became of one task. */
export interface TaskOutcome {
  readonly view: TaskView;
  /** Every gold step was called rightly, each after the results that it needs had come. */
  readonly isStrict: boolean;
  /** Gold steps that were called rightly, in an order that the dependencies allow (longest common subsequence). */
  readonly orderedCount: number;
  /** The world ended as it should. null: the tools have none, or it could not be read. */
  readonly hasGoldState: boolean | null;
  /** Trajectory and world are right. null: that is not known, because the world could not be read. */
  readonly isRight: boolean | null;
}

export const taskOutcomes = onceAnEpisode((episode): readonly TaskOutcome[] =>
  viewOf(episode).tasks.map((view) => {
    const { goldState, workspace } = view.task;
    const state = episode.states[workspace] ?? null;
    const isStateless = goldState === null;
    const hasGoldState = isStateless || state === null ? null : isSame(state, goldState);
    const rightCalls = view.calls.filter(hasRightArguments);
    const isStrict = view.steps.every((step) => rightCalls.some((call) => call.step === step && isTimely(call)));
    const isRight = isStateless ? isStrict : isStrict ? hasGoldState : false;
    return { view, isStrict, orderedCount: orderedCount(view.steps, rightCalls), hasGoldState, isRight };
  }),
);

/** All tasks of the instance are right. null: of some it is not known, and none is known to be wrong. */
export function isInstanceRight(outcomes: readonly TaskOutcome[]): boolean | null {
  if (outcomes.length === 0) return null;
  if (outcomes.some(({ isRight }) => isRight === false)) return false;
  return outcomes.some(({ isRight }) => isRight === null) ? null : true;
}

function isTimely({ call, step }: CallView): boolean {
  return step?.inputs.every((input) => hasArrived(input, call.at)) ?? false;
}

function orderedCount(steps: readonly StepView[], calls: readonly CallView[]): number {
  const made = calls.flatMap(({ step }) => step ?? []);
  return commonLength(made, goldOrder(steps, made));
}

/** The gold order that comes nearest to what was made: of the steps whose inputs stand before, the one that was called first. */
function goldOrder(steps: readonly StepView[], made: readonly StepView[]): readonly StepView[] {
  const order: StepView[] = [];
  const rank = (step: StepView) => {
    const place = made.indexOf(step);
    return place < 0 ? made.length : place;
  };
  while (order.length < steps.length) {
    const ready = steps.filter((step) => !order.includes(step) && step.inputs.every((input) => order.includes(input)));
    const next = ready.sort((one, other) => rank(one) - rank(other))[0];
    if (next === undefined) throw new Error(`expected steps that do not wait for each other, got ${steps[0]?.task.id}`);
    order.push(next);
  }
  return order;
}

/** Length of the longest common subsequence. */
function commonLength(one: readonly StepView[], other: readonly StepView[]): number {
  let lengths = new Array<number>(other.length + 1).fill(0);
  for (const item of one) {
    const next = [0];
    for (const [index, candidate] of other.entries()) {
      const kept = Math.max(next[index] ?? 0, lengths[index + 1] ?? 0);
      next.push(candidate === item ? (lengths[index] ?? 0) + 1 : kept);
    }
    lengths = next;
  }
  return lengths.at(-1) ?? 0;
}
