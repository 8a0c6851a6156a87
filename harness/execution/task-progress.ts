import type { Event } from '../model/event.ts';
import { createHealWatch } from '../model/heal.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';

/** What the run itself must know while it goes on: which tasks were acked, to whom, and which are over. Fed by every event. */
export interface TaskProgress {
  observe(event: Event): void;
  /** Every task that was acked, in the order of its first ack. */
  acked(): readonly AckedTask[];
  /** The task that a call was given first; null: none yet. */
  taskOf(call: number): string | null;
  /** ns of the latest heal (model/heal.ts); 0: nothing had to be healed. */
  lastHealT(): number;
}

export interface AckedTask {
  readonly task: string;
  readonly call: number;
  readonly agent: number;
  readonly ackedT: number;
  /** ns of the latest answer that the server took: its time to settle counts from there. 0: it was given none. */
  answeredT: number;
  isOver: boolean;
}

export function createTaskProgress(plan: Pick<Plan, 'faults'>): TaskProgress {
  const heals = createHealWatch(plan);
  const creates = new Map<number, { readonly call: number; readonly agent: number }>();
  const reads = new Map<number, string>();
  const updates = new Set<number>();
  const tasks = new Map<string, AckedTask>();
  const byCall = new Map<number, string>();
  let healT = 0;
  return {
    observe(event) {
      if (heals(event)) healT = event.t;
      switch (event.kind) {
        case 'inv':
          if (event.op === 'create' && typeof event.agent === 'number') {
            creates.set(event.seq, { call: event.call, agent: event.agent });
          } else if (event.task !== undefined) reads.set(event.seq, event.task);
          if (event.op === 'update') updates.add(event.seq);
          break;
        case 'ok': {
          const create = creates.get(event.of);
          const task = event.task ?? reads.get(event.of);
          const isAnswer = updates.delete(event.of);
          creates.delete(event.of);
          reads.delete(event.of);
          if (task === undefined) break;
          if (create && !tasks.has(task)) {
            if (!byCall.has(create.call)) byCall.set(create.call, task);
            tasks.set(task, { task, ...create, ackedT: event.t, answeredT: 0, isOver: false });
          }
          const known = tasks.get(task);
          if (known && isAnswer) known.answeredT = event.t;
          if (known && isTerminal(event.status)) known.isOver = true;
          break;
        }
        case 'fail':
        case 'info':
          creates.delete(event.of);
          reads.delete(event.of);
          updates.delete(event.of);
          break;
        default:
          break;
      }
    },
    acked: () => [...tasks.values()],
    taskOf: (call) => byCall.get(call) ?? null,
    lastHealT: () => healT,
  };
}
