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
    if (call.step === null || call.step.inputs.length === 0) continue;
    for (const { gold, actual } of referringTexts(call.step.step.arguments, call.call.arguments)) {
      for (const { label, path } of referencesIn(gold)) {
        const of = call.step.inputs.find(({ step }) => step.label === label);
        if (of !== undefined) uses.push({ call, of, from: sourceOf({ actual, gold, of, path, call, steps }) });
      }
    }
  }
  return uses;
});

interface Place {
  /** A text of the gold call with references in it. */
  readonly gold: string;
  /** What stands there in the call. */
  readonly actual: Json | undefined;
}

interface Reference extends Place {
  readonly of: StepView;
  readonly path: string;
  readonly call: CallView;
  readonly steps: readonly StepView[];
}

/** The texts of the gold arguments that refer to results, wherever they stand, each with what the call has in their place. */
function referringTexts(gold: JsonMap, actual: JsonMap): readonly Place[] {
  const found: Place[] = [];
  const pending: { readonly gold: Json; readonly actual: Json | undefined }[] = [{ gold, actual }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { gold: one, actual: other } = next;
    if (typeof one === 'string') {
      if (one.includes('$var_')) found.push({ gold: one, actual: other });
    } else if (typeof one === 'object' && one !== null) {
      for (const [key, value] of Object.entries(one)) {
        pending.push({ gold: value, actual: other === undefined ? undefined : valueAt(other, key) });
      }
    }
  }
  return found;
}

function sourceOf(reference: Reference): StepView | null {
  const { actual, of, steps, call } = reference;
  if (actual === undefined) return null;
  if (fits(reference, of)) return of;
  const other = steps.find((step) => step !== of && step !== call.step && fits(reference, step));
  if (other !== undefined) return other;
  // A text that holds the canary of a result was made of it, whatever else was made of it; other inputs may belong there.
  const text = JSON.stringify(actual);
  if (text.includes(of.step.canary)) return of;
  const strangers = steps.filter((step) => step !== call.step && !call.step?.inputs.includes(step));
  return strangers.find(({ step }) => text.includes(step.canary)) ?? null;
}

/** The argument is what comes out when this step's result is put where `of`'s belongs. */
function fits({ actual, gold, of, path, call }: Reference, from: StepView): boolean {
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
