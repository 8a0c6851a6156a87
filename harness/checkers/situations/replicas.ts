import type { HistoryIndex } from '../../model/history-index.ts';
import type { PlannedTarget } from '../../model/plan.ts';
import { type Situation, withOrderedEffects, withTasks } from './situation.ts';

const ONE_PROCESS = 'this server runs in one process';

export const workTakenOver: Situation = {
  meta: {
    id: 'work-taken-over',
    title: 'Work was begun again by another process while the one that had begun it was still there',
    description:
      'From here on two processes believe that a task is theirs: one of them must be refused. Counted per call.',
  },
  applicable: (target) => withSeveral(target) ?? withOrderedEffects(target),
  find({ history }) {
    const exits = new Map(history.boots.map(({ boot, exit }) => [boot, exit?.seq ?? Number.POSITIVE_INFINITY]));
    return history.calls.flatMap(({ begins }) => {
      const taken = begins.find((begin, index) =>
        begins.slice(0, index).some(({ boot }) => boot !== begin.boot && (exits.get(boot) ?? 0) > begin.seq),
      );
      return taken ? [taken.seq] : [];
    });
  },
};

export const readThroughAnotherProcess: Situation = {
  meta: {
    id: 'read-through-another-process',
    title: 'A task was read through another process than the one that gave its receipt',
    description: 'What one process knows alone is nothing to the others. Counted per task.',
  },
  applicable: (target) => withSeveral(target) ?? withTasks(target),
  find({ history }) {
    const found: number[] = [];
    for (const { acks, reads } of history.tasks.values()) {
      const giver = acks[0] && answererOf(history, acks[0]);
      const other = reads.find((read) => {
        const reader = read.end?.kind === 'ok' ? answererOf(history, read) : null;
        return reader !== null && giver != null && reader !== giver;
      });
      if (other?.end) found.push(other.end.seq);
    }
    return found;
  },
};

function withSeveral({ processes }: PlannedTarget): string | null {
  return processes === undefined ? ONE_PROCESS : null;
}

/** The process that answered; null: no frame says. */
function answererOf(history: HistoryIndex, { inv }: Pick<HistoryIndex['exchanges'][number], 'inv'>): string | null {
  return history.framesOf(inv).find(({ dir, process }) => dir === 'in' && process !== undefined)?.process ?? null;
}
