import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';

/**
 * Does an event go to history.jsonl? Of a run that keeps counts only, what happened to the server does: the rest is judged
 * while it happens, and then forgotten.
 */
export function isWritten({ kind }: Event, record: Plan['record']): boolean {
  return record !== 'counts' || kind === 'run' || kind === 'fault' || kind === 'proc' || kind === 'note';
}
