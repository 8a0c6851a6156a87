import type { Backoff } from '../model/backoff.ts';

/** Waits in units, as articles say it in words: one, double up to ten, then thirty each time. */
const STEPS = [1, 2, 4, 8, 10];
const LAST_STEP = 30;

/** 1, 2, 4, 8, 10 units, then 30 each time. By default (a unit is a second) polls fall 1, 3, 7, 15, 25, 55, 85 … s after the receipt. */
export const stepped: Backoff = {
  meta: {
    id: 'stepped',
    title: '1, 2, 4, 8, 10, then 30 s',
    description: 'Doubles from one second up to ten, then waits thirty: the other reading of what articles recommend.',
    options: { unitMs: 1000 },
  },
  delayMs: ({ poll, options }) => Math.max(0, (options.unitMs ?? 0) * (STEPS[poll - 1] ?? LAST_STEP)),
};
