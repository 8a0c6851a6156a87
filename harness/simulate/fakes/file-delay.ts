import type { World } from '../world.ts';
import { abortError } from './abort-error.ts';
import { callBack } from './call-back.ts';
import type { Call } from './replacement.ts';

// What a call to a local disk takes, with room for others' work in between.
const DELAY_MS = [1, 3] as const;

type Outcome = { readonly isDone: true; readonly value: unknown } | { readonly isDone: false; readonly error: unknown };

/** Called when the boot hears of it: what was on its way has arrived. */
export type Heard = () => void;

/** Does it at once and tells of it 1 to 3 ms later, in the boot that asked: a kill in between leaves work that nobody heard of. */
export function promised(
  world: World,
  act: () => unknown,
  { signal = null, heard = () => {} }: { readonly signal?: AbortSignal | null; readonly heard?: Heard } = {},
): Promise<unknown> {
  if (signal?.aborted) return Promise.reject(abortError(signal));
  const outcome = outcomeOf(act);
  return new Promise((resolve, reject) => {
    world.schedule(world.current(), delayOf(world), () => {
      heard();
      if (signal?.aborted) reject(abortError(signal));
      else if (outcome.isDone) resolve(outcome.value);
      else reject(outcome.error);
    });
  });
}

/** The same for a callback. `spread`: what it is called with after the error. Wrong arguments are thrown at the caller. */
export function calledBack(
  world: World,
  act: () => unknown,
  {
    callback,
    spread = (value) => (value === undefined ? [] : [value]),
    heard = () => {},
  }: { readonly callback: Call; spread?(value: unknown): readonly unknown[]; readonly heard?: Heard },
): void {
  const outcome = outcomeOf(act);
  if (!outcome.isDone && isArgumentError(outcome.error)) throw outcome.error;
  const values = outcome.isDone ? [null, ...spread(outcome.value)] : [outcome.error];
  callBack(
    world,
    delayOf(world),
    (...args) => {
      heard();
      callback(...args);
    },
    ...values,
  );
}

function outcomeOf(act: () => unknown): Outcome {
  try {
    return { isDone: true, value: act() };
  } catch (error) {
    return { isDone: false, error };
  }
}

function delayOf(world: World): number {
  return world.current().draw.integer(...DELAY_MS);
}

function isArgumentError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_');
}
