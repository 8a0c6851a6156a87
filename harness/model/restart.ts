import type { HistoryIndex } from './history-index.ts';

/**
 * Whether somebody else ended a boot of the server between two events: what a server that keeps nothing over a restart may
 * have lost since. A server that ended by itself has no such excuse: nobody asked it to.
 */
export function wasRestarted(history: HistoryIndex, fromSeq: number, toSeq: number): boolean {
  const from = history.bootAt(fromSeq);
  const to = history.bootAt(toSeq);
  return history.boots.some(({ boot, exit }) => boot >= from && boot < to && exit?.by !== 'server');
}
