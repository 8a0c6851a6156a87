import type { Instance, StepId } from '../../model/evaluation/instance.ts';
import { stepId } from '../../model/evaluation/instance.ts';

/**
 * An instance as a scheduler sees it. One agent acts on one step at a time; each action starts work that goes on beside it. A
 * step can be acted on when the work of all it comes after has ended.
 */
export interface Work {
  /** What one action takes, ms. */
  readonly agentMs: number;
  /** How many works the server does at once; the others wait in the order in which they came. null: any number. */
  readonly slots: number | null;
  /** Each after those it comes after. */
  readonly steps: readonly WorkStep[];
}

export interface WorkStep {
  readonly id: StepId;
  readonly latencyMs: number;
  /** Indexes of the steps that must have ended before. */
  readonly after: readonly number[];
}

/** The work of an instance; null: it is not known how long some step works. */
export function workOf(
  instance: Instance,
  { latencyMs, agentMs }: { readonly latencyMs: Readonly<Record<StepId, number>>; readonly agentMs: number },
): Work | null {
  const indexOf = new Map<StepId, number>();
  const steps: WorkStep[] = [];
  for (const task of instance.tasks) {
    for (const step of task.steps) {
      const id = stepId(task.id, step.label);
      const latency = latencyMs[id];
      if (latency === undefined) return null;
      const after = step.after.map((label) => {
        const index = indexOf.get(stepId(task.id, label));
        if (index === undefined) {
          throw new Error(`expected step ${id} of ${instance.id} to stand behind ${label}, which it comes after`);
        }
        return index;
      });
      indexOf.set(id, steps.length);
      steps.push({ id, latencyMs: latency, after });
    }
  }
  return { agentMs, slots: null, steps };
}

/** By step: the steps that come directly after it. */
function followersOf({ steps }: Work): readonly (readonly number[])[] {
  const followers: number[][] = steps.map(() => []);
  for (const [index, { after }] of steps.entries()) for (const before of after) followers[before]?.push(index);
  return followers;
}

/** By step: when it could be acted on if nothing else had to be done, ms. */
export function headsOf({ steps, agentMs }: Work): readonly number[] {
  const heads: number[] = [];
  for (const { after } of steps) {
    let head = 0;
    for (const before of after) {
      head = Math.max(head, (heads[before] ?? 0) + agentMs + (steps[before]?.latencyMs ?? 0));
    }
    heads.push(head);
  }
  return heads;
}

/** By step: what remains at least when the action on it is over, ms: its own work and the longest path behind it. */
export function tailsOf(work: Work): readonly number[] {
  const { steps, agentMs } = work;
  const followers = followersOf(work);
  const tails = steps.map(() => 0);
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    let rest = 0;
    for (const follower of followers[index] ?? []) rest = Math.max(rest, agentMs + (tails[follower] ?? 0));
    tails[index] = (steps[index]?.latencyMs ?? 0) + rest;
  }
  return tails;
}

/** By step: all the steps that must have ended before it, also those before them. */
export function inputClosure({ steps }: Work): readonly ReadonlySet<number>[] {
  const closure: Set<number>[] = [];
  for (const { after } of steps) {
    closure.push(new Set(after.flatMap((before) => [before, ...(closure[before] ?? [])])));
  }
  return closure;
}
