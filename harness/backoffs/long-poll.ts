import type { Backoff } from '../model/backoff.ts';
import { hintedMs } from './server-hint.ts';

/**
 * Not a delay but another way to wait: one request that the server answers when the task has ended. Where a dialect has no
 * such request, agents poll as the server asks.
 */
export const longPoll: Backoff = {
  meta: {
    id: 'long-poll',
    title: 'Long poll',
    description: 'Waits in tasks/result, which the server answers at the end of the task; elsewhere polls by its hint.',
    source: 'MCP 2025-11-25, tasks/result',
    options: { defaultMs: 1000, floorMs: 10 },
    policy: 'blocking',
    dialects: ['tasks-2025-11-25'],
  },
  delayMs: ({ hintMs, options }) => hintedMs(hintMs, options),
};
