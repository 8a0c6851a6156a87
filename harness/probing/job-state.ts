import type { JsonObject } from '../wire/json-rpc.ts';
import { placeOfNamed, textAt } from './token-place.ts';

const COMPLETED =
  /^(done|completed?|success(ful)?|succeeded|finished|exited|ok|ready|ended|closed|terminated normally)$/i;
const FAILED = /^(failed|failure|error(ed)?|broken|crashed|timed?[ _-]?out|aborted)$/i;
const CANCELLED = /^(cancell?ed|killed|terminated|stopped|revoked|interrupted)$/i;
const STATE_NAMES = /^(\w+_)?(state|status|phase)$/i;
const EXIT_NAMES = /^(exit_?(code|status)|return_?code)$/i;

/** Where a state stands in a reply, and whether it is one of the last. */
export interface StatePlace {
  readonly expression: string;
  readonly isOver: boolean;
}

/** null: nothing in this reply looks like a state. */
export function placeOfState(reply: JsonObject): StatePlace | null {
  const expression = placeOfNamed(reply, STATE_NAMES);
  const state = expression === null ? null : textAt(expression, reply);
  if (expression === null || state === null) return null;
  return { expression, isOver: [COMPLETED, FAILED, CANCELLED].some((words) => words.test(state)) };
}

/** How the states of a job are told. */
export interface FoundStates {
  /** One expression, or several of which the first that gives a value counts. */
  readonly state: readonly string[];
  readonly completed: readonly string[];
  readonly failed: readonly string[];
  readonly cancelled: readonly string[];
  /** A job that fails was seen to look like one that does not. */
  readonly hidesFailures: boolean;
}

export interface SeenEnds {
  readonly expression: string;
  readonly end: JsonObject;
  /** How a job that had to fail ended; null: none did. */
  readonly failed: JsonObject | null;
  readonly cancelled: JsonObject | null;
}

/** Some say "exited" however it went: then the exit code is asked first. */
export function statesOf({ expression, end, failed, cancelled }: SeenEnds): FoundStates {
  const completed = textAt(expression, end) ?? '';
  const broken = failed && textAt(expression, failed);
  const stopped = cancelled && textAt(expression, cancelled);
  const cancelledStates = stopped === null || stopped === completed ? [] : [stopped];
  if (broken === null || broken !== completed) {
    const others = broken === null ? ['failed', 'error'].filter((word) => word !== completed) : [broken];
    return {
      state: [expression],
      completed: [completed],
      failed: others,
      cancelled: cancelledStates,
      hidesFailures: false,
    };
  }
  const exit = failed && placeOfNamed(failed, EXIT_NAMES);
  const code = exit && textAt(exit, failed ?? {});
  const isTold = exit !== null && code !== null && /^-?[1-9]\d*$/.test(code) && textAt(exit, end) === '0';
  if (!isTold) {
    return { state: [expression], completed: [completed], failed: [], cancelled: cancelledStates, hidesFailures: true };
  }
  // While it runs there is no code: then the words count.
  const digits = exit.startsWith('/') ? exit.replace('([\\w-]+)', '(-?\\d+)') : exit;
  return {
    state: [digits, expression],
    completed: ['0'],
    failed: ['/^-?[1-9]\\d*$/'],
    cancelled: cancelledStates,
    hidesFailures: false,
  };
}
