import type { Backoff } from '../model/backoff.ts';

/** Uniform in initialMs … factor × the wait before, at most capMs; whole ms. Before the first poll the wait before is initialMs. */
export const decorrelatedJitter: Backoff = {
  meta: {
    id: 'decorrelated-jitter',
    title: 'Decorrelated jitter',
    description: 'Draws each wait between the first and three times the last, so that waits grow at their own pace.',
    source: 'https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/',
    options: { initialMs: 1000, factor: 3, capMs: 30_000 },
  },
  delayMs({ previousMs, options, draw }) {
    const { initialMs = 0, factor = 1, capMs = 0 } = options;
    const mostMs = Math.max(initialMs, (previousMs ?? initialMs) * factor);
    return Math.max(0, Math.min(capMs, Math.floor(initialMs + draw.float() * (mostMs - initialMs))));
  },
};
