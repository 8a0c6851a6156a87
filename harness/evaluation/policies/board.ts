import type { JobStatus } from '../../model/evaluation/episode.ts';
import type { Json, StepId } from '../../model/evaluation/instance.ts';
import type { Action, OpenJob, PolicyInput } from '../../model/evaluation/policy.ts';
import { referencesIn, resolveArguments } from '../../model/evaluation/reference.ts';
import { makeUpResult } from './made-up-results.ts';
import { createTaskGraph, type GraphStep, type TaskGraph } from './task-graph.ts';

/** todo: to be called, for the first time or again. called: its end is awaited. given-up: it failed for good. */
type StepState = 'todo' | 'called' | 'known' | 'given-up';

/** What an agent has in mind: which steps it called, and whose results it has. */
export interface Board {
  readonly graph: TaskGraph;
  stateOf(step: GraphStep): StepState;
  /** Steps to be called whose inputs are all known, in the order of the instance. */
  ready(): GraphStep[];
  /** Steps that were called and are not known, in the order in which they were called first. */
  awaited(): GraphStep[];
  /** The last step that was called. */
  lastCalled(): GraphStep | null;
  /**
   * The call of a step, with the results of those before it in its arguments. What is not known is made up, and the call says so.
   * A fresh key makes the server do the work again.
   */
  call(step: GraphStep, key?: 'own-key' | 'fresh-key'): Action;
  /** Takes this for the result of the step. */
  bind(step: GraphStep, job: number, result: Json): Action;
  /** The end of a call was no result: calls again, or gives the step up after so many calls. */
  fail(step: GraphStep, status: JobStatus, callsMax: number): void;
  isDone(task: string): boolean;
}

interface Note {
  state: StepState;
  result: Json;
  failureCount: number;
  needsFreshKey: boolean;
}

/** `open`: jobs that the agent finds when it begins, after a crash. */
export function createBoard(input: PolicyInput, open: readonly OpenJob[]): Board {
  const graph = createTaskGraph(input);
  const notes = new Map<StepId, Note>();
  for (const { id } of graph.steps) {
    notes.set(id, { state: 'todo', result: null, failureCount: 0, needsFreshKey: false });
  }
  const noteOf = ({ id }: GraphStep): Note => {
    const note = notes.get(id);
    if (note === undefined) throw new Error(`expected a step of this board, got ${id}`);
    return note;
  };
  const isKnown = (step: GraphStep) => noteOf(step).state === 'known';
  let callOrder: GraphStep[] = [];
  for (const { step } of open) {
    if (step === null) continue;
    callOrder.push(graph.of(step));
    noteOf(graph.of(step)).state = 'called';
  }

  return {
    graph,
    stateOf: (step) => noteOf(step).state,
    ready: () => graph.steps.filter((step) => noteOf(step).state === 'todo' && step.after.every(isKnown)),
    awaited: () => callOrder.filter((step) => noteOf(step).state === 'called'),
    lastCalled: () => callOrder.at(-1) ?? null,
    call(step, key = 'own-key') {
      const note = noteOf(step);
      const freshKey = key === 'fresh-key' || note.needsFreshKey;
      note.needsFreshKey = false;
      if (note.state !== 'known') note.state = 'called';
      callOrder = [...callOrder.filter((other) => other !== step), step];
      const inputs = new Map(step.after.map((before) => [before.step.label, before]));
      const args = step.step.arguments;
      const values = resolveArguments(args, (label) => {
        const before = inputs.get(label);
        if (before === undefined) return undefined;
        return isKnown(before) ? noteOf(before).result : makeUpResult(args, label, input.draw);
      });
      const assumed = referencesIn(args).some(({ label }) => {
        const before = inputs.get(label);
        return before !== undefined && !isKnown(before);
      });
      return { do: 'call', task: step.task, step: step.id, arguments: values, freshKey, assumed };
    },
    bind(step, job, result) {
      const note = noteOf(step);
      note.state = 'known';
      note.result = result;
      return { do: 'bind', job, step: step.id };
    },
    fail(step, status, callsMax) {
      const note = noteOf(step);
      note.failureCount += 1;
      note.state = note.failureCount < callsMax ? 'todo' : 'given-up';
      // Under its own key the same call asks first whether only the answer went wrong: it cannot do the work twice. When the
      // server says again that the work failed, it has to be done anew. Of a lost job nobody says that it was not done.
      note.needsFreshKey = note.failureCount > 1 && status !== 'lost';
    },
    isDone: (task) => graph.steps.every((step) => step.task !== task || isKnown(step)),
  };
}
