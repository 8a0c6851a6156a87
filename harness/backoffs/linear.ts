import type { Backoff } from '../model/backoff.ts';

/** initialMs + stepMs × (poll − 1), at most capMs. By default polls fall 1, 3, 6, 10, 15, 21, 28 … s after the receipt. */
export const linear: Backoff = {
  meta: {
    id: 'linear',
    title: 'Linear',
    description: 'Waits a second longer before every poll, up to a cap: slower to lose touch than doubling.',
    options: { initialMs: 1000, stepMs: 1000, capMs: 30_000 },
  },
  delayMs({ poll, options }) {
    const { initialMs = 0, stepMs = 0, capMs = 0 } = options;
    return Math.max(0, Math.min(capMs, initialMs + stepMs * (poll - 1)));
  },
};
