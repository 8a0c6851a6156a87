import type { Adapter } from './adapter.ts';
import { tasks20260728 } from './tasks-2026-07-28.ts';

/**
 * The hybrid: a server that answers with the result when that is there in time, and with a task of 2026-07-28 otherwise. On
 * the wire that is the tasks extension, of which every client must take both answers (2026-06); it is a dialect of its own so
 * that what it costs and saves stands beside the others.
 */
export const grace: Adapter = {
  ...tasks20260728,
  meta: {
    id: 'grace',
    title: 'Inline within a grace window',
    description: 'tools/call waits a while for the result; what takes longer is answered with a task of 2026-07-28.',
    source: 'MCP extension io.modelcontextprotocol/tasks (SEP-2663)',
  },
};
