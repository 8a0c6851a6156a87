import { isDeepStrictEqual } from 'node:util';
import type { JsonMap } from '../../model/evaluation/instance.ts';
import { resolveArguments } from '../../model/evaluation/reference.ts';
import type { CallView, Placed, StepView } from './episode-view.ts';

/**
 * The gold step for which a call stands whose agent does not say so: of the steps of its task with this tool the one whose
 * arguments it shares most of; of equal ones the one that has not been called, then the first. null: none has this tool.
 */
export function matchedStep(
  call: Omit<Placed<'call'>, 'at'>,
  steps: readonly StepView[],
  earlier: readonly CallView[],
): StepView | null {
  let best: StepView | null = null;
  let bestLikeness = Number.NEGATIVE_INFINITY;
  for (const step of steps) {
    if (step.task.id !== call.task || step.step.tool !== call.tool) continue;
    const wasCalled = earlier.some((one) => one.step === step);
    const likeness = sharedPairs(call.arguments, goldArguments(step)) + (wasCalled ? 0 : 0.5);
    if (likeness <= bestLikeness) continue;
    best = step;
    bestLikeness = likeness;
  }
  return best;
}

/** The arguments of a gold call with the gold results put in. */
export function goldArguments({ step, task }: StepView): JsonMap {
  return resolveArguments(step.arguments, (label) => task.steps.find((one) => one.label === label)?.goldResult);
}

/** The same with the results that the agent was given, where it was given any. */
export function actualArguments({ step, task, inputs }: StepView): JsonMap {
  return resolveArguments(step.arguments, (label) => {
    const input = inputs.find((one) => one.step.label === label);
    const known = input?.results.find(({ status }) => status === 'ok');
    return known?.result ?? task.steps.find((one) => one.label === label)?.goldResult;
  });
}

/** How many of the arguments are the same in both. */
export function sharedPairs(one: JsonMap, other: JsonMap): number {
  return Object.entries(one).filter(([key, value]) => key in other && isSame(value, other[key])).length;
}

export function isSame(one: unknown, other: unknown): boolean {
  return one === other || isDeepStrictEqual(one, other);
}

/** The call asks for just what its gold step asks for. */
export function hasRightArguments({ call, step }: CallView): boolean {
  if (step === null || call.tool !== step.step.tool) return false;
  return isSame(call.arguments, goldArguments(step)) || isSame(call.arguments, actualArguments(step));
}
