import { isDeepStrictEqual } from 'node:util';
import { type Instance, type Json, type JsonMap, type StepId, stepId } from '../../model/evaluation/instance.ts';
import { referencesIn, resolveArguments } from '../../model/evaluation/reference.ts';

/** What a call of a model stands for. */
export interface CallMatch {
  readonly task: string;
  /** The gold step with this tool and these arguments; null: there is none. */
  readonly step: StepId | null;
  /** It needs a result that the model was not given. */
  readonly isAssumed: boolean;
}

export interface MatchParts {
  readonly instance: Instance;
  /** The result of a step, as far as the model was given it. */
  resultOf(step: StepId): Json | undefined;
  wasCalled(step: StepId): boolean;
}

/**
 * The gold step that a call is: the same tool, and the same arguments once the results are put in, those that came or else the
 * gold ones. Of several that fit, one that has not been called. What is no gold step belongs to the task whose workspace it
 * names, else to the first that has the tool, else to the first.
 */
export function matchCall(call: { readonly tool: string; readonly arguments: JsonMap }, parts: MatchParts): CallMatch {
  const { instance, resultOf, wasCalled } = parts;
  const fitting = instance.tasks.flatMap((task) =>
    task.steps.flatMap((step) => {
      if (step.tool !== call.tool) return [];
      const given = (label: string) => resultOf(stepId(task.id, label));
      const gold = (label: string) => task.steps.find((one) => one.label === label)?.goldResult;
      const isSame = (known: typeof given) =>
        isDeepStrictEqual(
          call.arguments,
          resolveArguments(step.arguments, (label) => known(label) ?? gold(label)),
        );
      if (!isSame(given) && !isSame(() => undefined)) return [];
      const isAssumed = referencesIn(step.arguments).some(({ label }) => given(label) === undefined);
      return [{ task: task.id, step: stepId(task.id, step.label), isAssumed }];
    }),
  );
  const found = fitting.find(({ step }) => !wasCalled(step)) ?? fitting[0];
  return found ?? { task: taskOf(call, instance), step: null, isAssumed: false };
}

function taskOf({ tool, arguments: args }: { tool: string; arguments: JsonMap }, { tasks }: Instance): string {
  const byPlace = tasks.find(({ workspace }) => workspace !== '' && workspace === args.workspace);
  const byTool = tasks.find(({ steps }) => steps.some((step) => step.tool === tool));
  return (byPlace ?? byTool ?? tasks[0])?.id ?? '';
}
