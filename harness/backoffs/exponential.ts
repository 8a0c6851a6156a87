import type { Backoff } from '../model/backoff.ts';

/** initialMs × factor^(poll − 1), at most capMs. By default polls fall 1, 3, 7, 15, 31, 61, 91 … s after the receipt. */
export const exponential: Backoff = {
  meta: {
    id: 'exponential',
    title: 'Exponential',
    description: 'Doubles the wait after every poll up to a cap, as articles about job handles recommend.',
    options: { initialMs: 1000, factor: 2, capMs: 30_000 },
  },
  delayMs: ({ poll, options }) => ceilingMs(poll, options),
};

/** The wait before poll n of an exponential backoff, in ms; never above the cap, also where the power overflows. */
export function ceilingMs(poll: number, options: Readonly<Record<string, number>>): number {
  const { initialMs = 0, factor = 1, capMs = 0 } = options;
  return Math.max(0, Math.min(capMs, initialMs * factor ** (poll - 1)));
}
