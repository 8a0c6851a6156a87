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
  return isOwnTask && (typeof bind.echo !== 'string' || carries(bind.echo, call.planned.token));
}

/** A number stands for the token where a tool takes only numbers: 12 is not in 112. */
function carries(echo: string, token: string): boolean {
  return /^\d+$/.test(token) ? echo === token : echo.includes(token);
}
