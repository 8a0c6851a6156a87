import type { Backoff } from '../model/backoff.ts';
import { ceilingMs } from './exponential.ts';

/** Half of the exponential ceiling, and a uniform draw of the other half; whole ms. */
export const equalJitter: Backoff = {
  meta: {
    id: 'equal-jitter',
    title: 'Exponential with equal jitter',
    description: 'Waits at least half of the exponential ceiling and draws the rest: in no step, and never at once.',
    source: 'https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/',
    options: { initialMs: 1000, factor: 2, capMs: 30_000 },
  },
  delayMs({ poll, options, draw }) {
    const halfMs = ceilingMs(poll, options) / 2;
    return Math.floor(halfMs + draw.float() * halfMs);
  },
};
