import type { Observation } from '../model/event.ts';

/** Tells those who follow a task what notifications say of it. */
export interface PushHub {
  publish(seen: Observation): void;
  /** Called with every notification about this task, until the returned function is called. */
  follow(task: string, listener: (seen: Observation) => void): () => void;
}

export function createPushHub(): PushHub {
  const listeners = new Map<string, Set<(seen: Observation) => void>>();
  return {
    publish(seen) {
      if (seen.task === undefined) return;
      for (const listener of [...(listeners.get(seen.task) ?? [])]) listener(seen);
    },
    follow(task, listener) {
      const group = listeners.get(task) ?? new Set();
      listeners.set(task, group.add(listener));
      return () => {
        group.delete(listener);
        if (group.size === 0 && listeners.get(task) === group) listeners.delete(task);
      };
    },
  };
}
