import type { Backoff } from '../model/backoff.ts';
import { hintedMs } from './server-hint.ts';

/** The wait the server asks for and a uniform draw of up to `spread` times as much on top; never earlier than asked. */
export const hintJitter: Backoff = {
  meta: {
    id: 'hint-jitter',
    title: 'As the server asks, with jitter',
    description: 'Keeps to the poll interval of the server and adds up to half of it, so that agents drift apart.',
    options: { defaultMs: 1000, floorMs: 10, spread: 0.5 },
  },
  delayMs({ hintMs, options, draw }) {
    const waitMs = hintedMs(hintMs, options);
    return waitMs + Math.floor(draw.float() * waitMs * Math.max(0, options.spread ?? 0));
  },
};
