import type { Event } from '../model/event.ts';
import { isTerminal } from '../model/operation.ts';
import type { PlannedFault, Trigger } from '../model/plan.ts';

export type Moment = Extract<Trigger, { kind: 'event' }>['on'];

/** Recognises the moments that event triggers name, each once. */
export interface MomentWatcher {
  observe(event: Event): void;
  reached(on: Moment, call: number, seq: number | null): void;
}

export function createMomentWatcher(
  entries: readonly PlannedFault[],
  strike: (entry: PlannedFault, cause: { readonly on: Moment; readonly call: number; readonly seq?: number }) => void,
): MomentWatcher {
  const waiting = new Map<string, PlannedFault[]>();
  const openCalls = new Map<number, { readonly op: string; readonly call: number }>();
  for (const entry of entries) {
    if (entry.trigger.kind !== 'event') continue;
    const place = `${entry.trigger.on}|${entry.trigger.call}`;
    waiting.set(place, [...(waiting.get(place) ?? []), entry]);
  }
  const reached = (on: Moment, call: number, seq: number | null) => {
    const place = `${on}|${call}`;
    const due = waiting.get(place);
    if (!due) return;
    waiting.delete(place);
    for (const entry of due) strike(entry, { on, call, ...(seq === null ? {} : { seq }) });
  };
  return {
    reached,
    observe(event) {
      if (waiting.size === 0) return;
      if (event.kind === 'inv') {
        openCalls.set(event.seq, { op: event.op, call: event.call });
        if (event.op === 'create') reached('create-sent', event.call, event.seq);
      } else if (event.kind === 'ok') {
        const open = openCalls.get(event.of);
        openCalls.delete(event.of);
        if (open?.op === 'create') reached('acked', open.call, event.seq);
        if (open !== undefined && event.status === 'input_required') {
          reached('input-required-seen', open.call, event.seq);
        }
        if (open !== undefined && isTerminal(event.status)) reached('terminal-seen', open.call, event.seq);
      } else if (event.kind === 'fail' || event.kind === 'info') openCalls.delete(event.of);
      else if (event.kind === 'fx' && event.call !== null) reached(event.phase, event.call, event.seq);
    },
  };
}
