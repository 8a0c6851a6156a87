import type { JobStatus } from '../../model/evaluation/episode.ts';
import type { Action, Delivery, OpenJob, PolicyInput, PolicyRun, Turn } from '../../model/evaluation/policy.ts';
import { type Board, createBoard } from './board.ts';
import { type GraphStep, longestPath } from './task-graph.ts';

/**
 * Where a policy departs from the worker: whatever is left out is done as the reference does it. Habits belong to one life of the
 * agent; a crash ends it.
 */
export interface Habits {
  /** Comes before everything but bindings; null: go on. */
  first?(board: Board, turn: Turn): Action | null;
  /** Which step to call next, of those that are ready; null: none now. Default: that with the longest path behind it. */
  choose?(ready: readonly GraphStep[], board: Board, turn: Turn): GraphStep | null;
  /** What to do when nothing is called and something is open. Default: stand still until something arrives. */
  rest?(board: Board, turn: Turn): Action;
  /** Which step a delivery belongs to; null: none. Default: the one its call was made for. */
  stepOf?(delivery: Delivery, board: Board): GraphStep | null;
  /** Whether an end is no result. Default: every other than ok. */
  isFailure?(status: JobStatus): boolean;
  /** Whether it reports on this task at the end. Default: on every one. */
  reportsOn?(task: string): boolean;
  /** How often a step is called before it is given up. */
  readonly callsMax?: number;
}

const CALLS_MAX = 3; // One for an answer that went wrong on its way, one for work that failed.

/**
 * An agent that does its work well: binds what arrives to the call it answers, calls whatever is ready, waits only when nothing
 * is, calls again what failed, and reports at the end on each task what is true.
 */
export function createWorker(input: PolicyInput, takeUp: () => Habits): PolicyRun {
  let board = createBoard(input, []);
  let habits = takeUp();
  let bindings: Action[] = [];
  const claimed = new Set<string>();

  const hear = (delivery: Delivery, open: readonly OpenJob[]) => {
    const { job, status, result } = delivery;
    const step = (habits.stepOf ?? stepOfCall)(delivery, board);
    // Called twice, answered twice: the first answer counts.
    if (step === null || board.stateOf(step) !== 'called') return;
    const isFailure = (habits.isFailure ?? isNoResult)(status);
    if (!isFailure) bindings.push(board.bind(step, job, result));
    // While another call for the same step is under way, it may still succeed.
    else if (!open.some((other) => other.step === step.id)) board.fail(step, status, habits.callsMax ?? CALLS_MAX);
  };
  const report = (): Action => {
    const task = board.graph.taskIds.find((id) => !claimed.has(id) && (habits.reportsOn?.(id) ?? true));
    if (task === undefined) return { do: 'end' };
    claimed.add(task);
    return { do: 'claim', task, success: board.isDone(task) };
  };

  return {
    decide(turn) {
      for (const delivery of turn.news) hear(delivery, turn.open);
      const binding = bindings.shift();
      if (binding !== undefined) return binding;
      const own = habits.first?.(board, turn) ?? null;
      if (own !== null) return own;
      const ready = board.ready();
      const next = habits.choose === undefined ? longestPath(ready) : habits.choose(ready, board, turn);
      if (next !== null) return board.call(next);
      if (turn.open.length > 0) return habits.rest?.(board, turn) ?? { do: 'wait' };
      return report();
    },
    crashed(open: readonly OpenJob[]) {
      board = createBoard(input, open);
      habits = takeUp();
      bindings = [];
    },
  };
}

function stepOfCall({ step }: Delivery, board: Board): GraphStep | null {
  return step === null ? null : board.graph.of(step);
}

function isNoResult(status: JobStatus): boolean {
  return status !== 'ok';
}
