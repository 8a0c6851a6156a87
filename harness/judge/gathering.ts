import type { Event } from '../model/event.ts';
import type { Folded, Gathering } from '../model/folded.ts';
import { indexFolded } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import type { SavedRun } from './judge.ts';

/** Gathers what a run that is recorded as counts keeps of itself; nobody else will have it when the run is over. */
export interface RunGathering extends Gathering {
  /** Call once, after the end. */
  run(): SavedRun;
}

export function createGathering(plan: Plan): RunGathering {
  const kept: Event[] = [];
  let rest: Folded | null = null;
  return {
    keep: (event) => void kept.push(event),
    end(folded) {
      rest = folded;
    },
    run() {
      if (rest === null) throw new Error('expected the sums of a run that keeps counts only, and there are none');
      return { plan, history: indexFolded(plan, kept, rest) };
    },
  };
}
