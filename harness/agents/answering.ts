import type { AgentContext } from '../model/agent.ts';
import { isTerminal } from '../model/operation.ts';
import type { OkOutcome } from '../model/outcome.ts';
import type { Held } from './fetching.ts';

/**
 * Answers what a task asks for, beside the polls. Where answers go by `update`, each key is answered once; an answer whose
 * acknowledgement never came is sent again when a later read still shows the key (2026-32). Where the server asks on the
 * stream of tasks/result, that is opened as soon as a read says input_required (2025-36), and again when it broke.
 */
export interface Answering {
  /** What a read showed. */
  see(outcome: OkOutcome): void;
  /** The outcome that the fetch opened for a question has brought; null: none yet. */
  fetched(): OkOutcome | null;
  /** The same, after that fetch has ended. */
  settled(): Promise<OkOutcome | null>;
  /** Nothing is answered any more; resolves when what is on its way has ended. Rejects when the run has ended. */
  end(): Promise<void>;
}

export function createAnswering(context: AgentContext, held: Held): Answering {
  const { answersBy } = context.wire;
  /** Made when somebody has to think: most tasks never ask. */
  let over: AbortController | null = null;
  /** Keys that need no answer from here on: acknowledged, or being answered. */
  const closed = new Set<string>();
  /** Keys whose answer is known: it needs no second thought to be sent again. */
  const thought = new Set<string>();
  const jobs = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let done: OkOutcome | null = null;

  const start = (work: () => Promise<void>) => {
    const job = work()
      .catch((error: unknown) => failures.push(error))
      .then(() => {
        jobs.delete(job);
      });
    jobs.add(job);
  };
  const update = async (keys: readonly string[]) => {
    over ??= new AbortController();
    const isNew = keys.some((key) => !thought.has(key));
    if (isNew && !(await hasThought(context, held, over.signal))) return;
    for (const key of keys) thought.add(key);
    const outcome = await context.wire.update(held.call, held.task, keys);
    // Nobody knows, or the server would not have it: the next read tells whether it still waits for the answer.
    if (outcome.type !== 'ok') for (const key of keys) closed.delete(key);
  };
  const fetch = async () => {
    const outcome = await context.wire.result(held.call, held.task);
    if (outcome.type === 'ok' && (outcome.status === undefined || isTerminal(outcome.status))) done = outcome;
  };
  const settled = async () => {
    await Promise.all(jobs);
    return done;
  };
  return {
    see({ status, inputs = [] }) {
      if (status !== 'input_required' || answersBy === null) return;
      if (answersBy === 'result') {
        if (jobs.size === 0) start(fetch);
        return;
      }
      const due = inputs.filter((key) => !closed.has(key));
      for (const key of due) closed.add(key);
      if (due.length > 0) start(() => update(due));
    },
    fetched: () => done,
    settled,
    async end() {
      over?.abort(new Error('the task is over'));
      await settled();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** false: the task was over before the agent had thought. Rejects when the run ends. */
async function hasThought(context: AgentContext, { call }: Held, over: AbortSignal): Promise<boolean> {
  const { answerAfterMs = 0 } = call;
  if (answerAfterMs === 0) return true;
  try {
    await context.clock.sleep(answerAfterMs, AbortSignal.any([context.signal, over]));
    return true;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return false;
  }
}
