import type { Backoff } from '../model/backoff.ts';
import { ceilingMs } from './exponential.ts';

/** Uniform in 0 … min(capMs, initialMs × factor^(poll − 1)), whole ms: agents that started together drift apart. */
export const fullJitter: Backoff = {
  meta: {
    id: 'full-jitter',
    title: 'Exponential with full jitter',
    description: 'Draws each wait between nothing and the exponential ceiling, so that no two agents poll in step.',
    source: 'https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/',
    options: { initialMs: 1000, factor: 2, capMs: 30_000 },
  },
  delayMs: ({ poll, options, draw }) => Math.floor(draw.float() * ceilingMs(poll, options)),
};
