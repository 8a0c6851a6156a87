import { describe, expect, it } from 'vitest';
import type { Event } from '../model/event.ts';
import type { PlannedFault } from '../model/plan.ts';
import { createBoundaryWatcher } from './boundary-watcher.ts';

const entryAt = (entry: string, after: number): PlannedFault => ({
  entry,
  fault: 'F12',
  name: 'kill',
  trigger: { kind: 'boundary', after },
  options: {},
});
const stamp = (seq: number) => ({ seq, t: seq, wall: seq });
const note = (seq: number): Event => ({ ...stamp(seq), kind: 'note', topic: 'something' });
const fault = (seq: number): Event => ({ ...stamp(seq), kind: 'fault', id: 'F12', entry: 'F12#1', phase: 'start' });

describe('boundaries', () => {
  it('are counted without the lines of faults, also those before the first event that is seen', () => {
    const struck: string[] = [];
    // Line 0 is the run, lines 1 and 2 are the plans of the entries.
    const observe = createBoundaryWatcher([entryAt('F12#1', 1), entryAt('F12#2', 3)], (entry, { seq }) =>
      struck.push(`${entry.entry} after ${seq}`),
    );
    for (const event of [note(3), fault(4), note(5), fault(6), note(7), note(8)]) observe(event);
    expect(struck).toEqual(['F12#1 after 3', 'F12#2 after 7']);
  });

  it('are passed once, and take every entry that waits there', () => {
    const struck: string[] = [];
    const observe = createBoundaryWatcher([entryAt('F12#1', 1), entryAt('F14#1', 1)], ({ entry }) =>
      struck.push(entry),
    );
    observe(note(3));
    observe(note(3));
    expect(struck).toEqual(['F12#1', 'F14#1']);
  });
});
