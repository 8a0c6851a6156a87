import type { Event } from '../model/event.ts';
import type { PlannedFault } from '../model/plan.ts';

/**
 * Recognises the boundaries between two events that entries name, each once. What it is fed may begin later than the history:
 * the lines of kind `fault` it missed are the plan of every entry, which come before everything else.
 */
export function createBoundaryWatcher(
  entries: readonly PlannedFault[],
  strike: (entry: PlannedFault, cause: { readonly seq: number }) => void,
): (event: Event) => void {
  const waiting = new Map<number, PlannedFault[]>();
  for (const entry of entries) {
    if (entry.trigger.kind !== 'boundary') continue;
    waiting.set(entry.trigger.after, [...(waiting.get(entry.trigger.after) ?? []), entry]);
  }
  let faultLines = entries.length;
  return (event) => {
    if (waiting.size === 0) return;
    if (event.kind === 'fault') {
      faultLines += 1;
      return;
    }
    const number = event.seq - faultLines;
    const due = waiting.get(number);
    if (due === undefined) return;
    waiting.delete(number);
    for (const entry of due) strike(entry, { seq: event.seq });
  };
}
