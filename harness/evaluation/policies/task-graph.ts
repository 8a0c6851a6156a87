import { type Step, type StepId, stepId } from '../../model/evaluation/instance.ts';
import type { PolicyInput } from '../../model/evaluation/policy.ts';
import { tailsOf, workOf } from '../scheduling/work.ts';

/** A step with what a policy needs to place it among the others. */
export interface GraphStep {
  readonly id: StepId;
  readonly task: string;
  readonly step: Step;
  /** Steps whose results must be known before. */
  readonly after: readonly GraphStep[];
  /** What remains at least once its call is out, ms: its own work and the longest path behind it. */
  readonly tailMs: number;
}

export interface TaskGraph {
  /** In the order of the instance; each after those it comes after. */
  readonly steps: readonly GraphStep[];
  readonly taskIds: readonly string[];
  of(id: StepId): GraphStep;
}

export function createTaskGraph(input: PolicyInput): TaskGraph {
  const { instance, agentMs } = input;
  const ids = instance.tasks.flatMap(({ id, steps }) => steps.map(({ label }) => stepId(id, label)));
  // Nothing known of a step's work: it is planned as if it took as long as an action.
  const latencyMs = Object.fromEntries(ids.map((id) => [id, input.latencyMs[id] ?? agentMs]));
  const work = workOf(instance, { latencyMs, agentMs });
  const tails = work === null ? [] : tailsOf(work);
  const byId = new Map<StepId, GraphStep>();
  const of = (id: StepId) => {
    const found = byId.get(id);
    if (found === undefined) throw new Error(`expected a step of ${instance.id}, got ${id}`);
    return found;
  };
  for (const task of instance.tasks) {
    for (const step of task.steps) {
      const id = stepId(task.id, step.label);
      const after = step.after.map((label) => of(stepId(task.id, label)));
      byId.set(id, { id, task: task.id, step, after, tailMs: tails[byId.size] ?? 0 });
    }
  }
  return { steps: [...byId.values()], taskIds: instance.tasks.map(({ id }) => id), of };
}

/** Of the steps with most left behind them the first; null: there are no steps. */
export function longestPath(steps: readonly GraphStep[]): GraphStep | null {
  let best: GraphStep | null = null;
  for (const step of steps) if (best === null || step.tailMs > best.tailMs) best = step;
  return best;
}
