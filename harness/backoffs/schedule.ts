import type { Backoff, BackoffInput } from '../model/backoff.ts';

/** What stays the same from poll to poll. */
export type ScheduleOptions = Partial<Pick<BackoffInput, 'hintMs' | 'pastMs' | 'options'>> & Pick<BackoffInput, 'draw'>;

/** The instants at which a backoff polls, ms after the receipt, without an end. `hintMs` null: the server gives no hint. */
export function* pollInstants(backoff: Backoff, given: ScheduleOptions): Generator<number, never> {
  const { hintMs = null, pastMs = [], options = backoff.meta.options, draw } = given;
  let previousMs: number | null = null;
  let elapsedMs = 0;
  for (let poll = 1; ; poll += 1) {
    previousMs = backoff.delayMs({ poll, previousMs, elapsedMs, hintMs, pastMs, options, draw });
    elapsedMs += previousMs;
    yield elapsedMs;
  }
}
