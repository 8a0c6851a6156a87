import type { EventOf } from '../model/event.ts';
import type { HistoryIndex } from '../model/history-index.ts';

/**
 * A result was taken as the answer to the call it belongs to: its task was given to that call, and the token that the
 * result itself carries, where it carries one, is that call's.
 */
export function bindsRight(history: HistoryIndex, bind: EventOf<'bind'>): boolean {
  const call = history.call(bind.call);
  if (call === undefined) return false;
  const isOwnTask = call.tasks.length === 0 || call.tasks.includes(bind.task);
  const isOwnResult = typeof bind.echo !== 'string' || bind.echo.includes(call.planned.token);
  return isOwnTask && isOwnResult;
}
