import type { Backoff } from '../model/backoff.ts';
import { hintedMs } from './server-hint.ts';

/**
 * Not a delay but another way to wait: the server tells when something happened to the task, and a read confirms it. Where
 * nothing is told, agents poll as the server asks.
 */
export const push: Backoff = {
  meta: {
    id: 'push',
    title: 'Push, confirmed by a poll',
    description:
      'Listens for news of the task and reads it when there is some; where nothing is told, polls by the hint.',
    source: 'MCP extension io.modelcontextprotocol/tasks, subscriptions/listen',
    options: { defaultMs: 1000, floorMs: 10 },
    policy: 'subscriber',
    dialects: ['tasks-2026-07-28'],
  },
  delayMs: ({ hintMs, options }) => hintedMs(hintMs, options),
};
