import type { Work } from './work.ts';

/** When what happens: by step, in the order of the work's steps. */
export interface Schedule {
  /** Indexes of the steps in the order in which the agent acts on them. */
  readonly order: readonly number[];
  /** When the agent begins to act on it, ms. */
  readonly actMs: readonly number[];
  /** When its work ends, ms. */
  readonly endMs: readonly number[];
  readonly makespanMs: number;
}

/** A schedule that is being made, action by action; each begins as early as it can. */
export interface Course {
  /** When the agent is free, ms. */
  readonly freeMs: number;
  /** When the inputs of a step have all ended, ms; Infinity: some has not been acted on. */
  readyMs(step: number): number;
  isDone(step: number): boolean;
  act(step: number): void;
  /** Undoes the last action. */
  undo(): void;
  finish(): Schedule;
}

interface Moment {
  readonly step: number;
  readonly freeMs: number;
  readonly slot: number;
  readonly slotFreeMs: number;
}

export function beginCourse({ steps, agentMs, slots }: Work): Course {
  const actMs = steps.map(() => Number.NaN);
  const endMs = steps.map(() => Number.POSITIVE_INFINITY);
  const slotFreeMs = new Array<number>(slots ?? 0).fill(0);
  const past: Moment[] = [];
  let freeMs = 0;
  const readyMs = (index: number) => {
    let ready = 0;
    for (const before of steps[index]?.after ?? []) ready = Math.max(ready, endMs[before] ?? 0);
    return ready;
  };
  return {
    get freeMs() {
      return freeMs;
    },
    readyMs,
    isDone: (step) => endMs[step] !== Number.POSITIVE_INFINITY,
    act(step) {
      const beginMs = Math.max(freeMs, readyMs(step));
      const slot = earliest(slotFreeMs);
      const before = slotFreeMs[slot] ?? 0;
      past.push({ step, freeMs, slot, slotFreeMs: before });
      actMs[step] = beginMs;
      freeMs = beginMs + agentMs;
      const end = Math.max(freeMs, before) + (steps[step]?.latencyMs ?? 0);
      endMs[step] = end;
      if (slots !== null) slotFreeMs[slot] = end;
    },
    undo() {
      const last = past.pop();
      if (last === undefined) throw new Error('expected an action to undo');
      actMs[last.step] = Number.NaN;
      endMs[last.step] = Number.POSITIVE_INFINITY;
      freeMs = last.freeMs;
      if (slots !== null) slotFreeMs[last.slot] = last.slotFreeMs;
    },
    finish: () => ({
      order: past.map(({ step }) => step),
      actMs: [...actMs],
      endMs: [...endMs],
      makespanMs: endMs.reduce((latest, end) => Math.max(latest, end), 0),
    }),
  };
}

function earliest(slotFreeMs: readonly number[]): number {
  let found = 0;
  for (const [slot, free] of slotFreeMs.entries()) if (free < (slotFreeMs[found] ?? 0)) found = slot;
  return found;
}
