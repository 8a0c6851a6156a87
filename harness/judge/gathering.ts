import type { Event, Observation } from '../model/event.ts';
import type { Folded, Gathering } from '../model/folded.ts';
import { indexFolded } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { createTextSharer } from '../model/shared-text.ts';
import type { SavedRun } from './judge.ts';

/** Gathers what a run that is recorded as counts keeps of itself; nobody else will have it when the run is over. */
export interface RunGathering extends Gathering {
  /** Call once, after the end. `plan`: what the run was by then. */
  run(plan: Plan): SavedRun;
}

export function createGathering(): RunGathering {
  const kept: Event[] = [];
  const sharer = createTextSharer();
  const latest = new Map<string, Observation>();
  let rest: Folded | null = null;
  return {
    keep(event) {
      sharer.share(event);
      if (event.kind === 'ok' || event.kind === 'push') {
        const task = event.task ?? '';
        sharer.shareAnswer(event, latest.get(task));
        latest.set(task, event);
      }
      kept.push(event);
    },
    end(folded) {
      rest = folded;
    },
    run(plan) {
      if (rest === null) throw new Error('expected the sums of a run that keeps counts only, and there are none');
      return { plan, history: indexFolded(plan, kept, rest) };
    },
  };
}
