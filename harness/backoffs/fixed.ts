import type { Backoff } from '../model/backoff.ts';

/** The same wait before every poll, in ms, whatever the server says. */
export const fixed: Backoff = {
  meta: {
    id: 'fixed',
    title: 'Fixed interval',
    description: 'Waits the same time before every poll and ignores the hint of the server.',
    options: { intervalMs: 1000 },
  },
  delayMs: ({ options }) => Math.max(0, options.intervalMs ?? 0),
};
