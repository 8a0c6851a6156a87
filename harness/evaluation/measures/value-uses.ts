import type { Json, JsonMap } from '../../model/evaluation/instance.ts';
import { referencesIn, resolveArguments, valueAt } from '../../model/evaluation/reference.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { type CallView, type StepView, viewOf } from './episode-view.ts';
import { isSame } from './step-match.ts';

/** A call made use of a result: seen by the value that stands in its arguments where the gold call refers to the result. */
export interface ValueUse {
  readonly call: CallView;
  /** Whose result belongs there. */
  readonly of: StepView;
  /** Whose result stands there; null: nobody's, it was made up. */
  readonly from: StepView | null;
}

/** Every use of a result in the arguments of a call, one for each reference of its gold call. */
export const valueUses = onceAnEpisode((episode): readonly ValueUse[] => {
  const { calls, steps } = viewOf(episode);
  const uses: ValueUse[] = [];
  for (const call of calls) {
    if (call.step === null) continue;
    for (const [key, gold] of Object.entries(call.step.step.arguments)) {
      for (const { label, path } of referencesIn(gold)) {
        const of = call.step.inputs.find(({ step }) => step.label === label);
        if (of === undefined) continue;
        uses.push({ call, of, from: sourceOf({ actual: call.call.arguments[key], gold, of, path, call, steps }) });
      }
    }
  }
  return uses;
});

interface Place {
  /** What stands there. */
  readonly actual: Json | undefined;
  /** What the gold call has there: a text with references. */
  readonly gold: Json;
  readonly of: StepView;
  readonly path: string;
  readonly call: CallView;
  readonly steps: readonly StepView[];
}

function sourceOf(place: Place): StepView | null {
  const { actual, of, steps, call } = place;
  if (actual === undefined) return null;
  if (fits(place, of)) return of;
  const other = steps.find((step) => step !== of && step !== call.step && fits(place, step));
  if (other !== undefined) return other;
  // A text that holds the canary of another result was made of it, whatever else was made of it.
  const text = JSON.stringify(actual);
  if (text.includes(of.step.canary)) return of;
  return steps.find((step) => step !== call.step && text.includes(step.step.canary)) ?? null;
}

/** The argument is what comes out when this step's result is put where `of`'s belongs. */
function fits({ actual, gold, of, path, call }: Place, from: StepView): boolean {
  return resultsOf(from).some((result) => {
    if (valueAt(result, path) === undefined) return false;
    return othersOf(call, of).some((others) => {
      const resolved = resolveArguments({ it: gold }, (label) => (label === of.step.label ? result : others(label)));
      return isSame(resolved.it, actual);
    });
  });
}

type ResultOf = (label: string) => Json | undefined;

/** What may stand in the same text beside the result in question: the gold results, or those the agent was given. */
function othersOf({ step }: CallView, of: StepView): readonly ResultOf[] {
  const inputs = step?.inputs.filter((input) => input !== of) ?? [];
  const find = (label: string) => inputs.find((input) => input.step.label === label);
  const gold: ResultOf = (label) => find(label)?.step.goldResult;
  if (inputs.length === 0) return [gold];
  return [gold, (label) => find(label)?.results.find(({ status }) => status === 'ok')?.result];
}

function resultsOf({ step, results }: StepView): readonly Json[] {
  return [step.goldResult, ...results.filter(({ status }) => status === 'ok').map(({ result }) => result)];
}

/** The workspace that a call works in, when it names one of the instance. */
export function workspaceOf(args: JsonMap, workspaces: readonly string[]): string | null {
  const named = args.workspace;
  return typeof named === 'string' && workspaces.includes(named) ? named : null;
}
