import type { TaskRecord } from './task.ts';

type Listener = (task: TaskRecord) => void;

interface Given<L> {
  readonly listener: L;
}

/** Tells those who wait for a task, or follow a principal's tasks, what became of it. */
export interface TaskHub {
  publish(task: TaskRecord): void;
  /** Woken by each change of one task, and by a poke. Returns the unsubscribe. */
  follow(id: string, listener: () => void): () => void;
  /** Wakes those who wait for the task, to look for themselves. */
  poke(id: string): void;
  subscribe(principal: string, listener: Listener): () => void;
  /** Ids somebody waits for. */
  followed(): readonly string[];
}

export function createTaskHub(onError: (error: unknown) => void): TaskHub {
  const byId = new Map<string, Set<Given<() => void>>>();
  const byPrincipal = new Map<string, Set<Given<Listener>>>();
  const poke = (id: string) => tell(byId.get(id), (wake) => wake(), onError);
  return {
    poke,
    publish(task) {
      poke(task.id);
      tell(byPrincipal.get(task.principal), (listener) => listener(task), onError);
    },
    follow: (id, listener) => add(byId, id, listener),
    subscribe: (principal, listener) => add(byPrincipal, principal, listener),
    followed: () => [...byId.keys()],
  };
}

function add<L>(listeners: Map<string, Set<Given<L>>>, key: string, listener: L): () => void {
  const own = { listener }; // One function given twice is two subscriptions.
  const group = listeners.get(key) ?? new Set();
  listeners.set(key, group.add(own));
  return () => {
    group.delete(own);
    if (group.size === 0 && listeners.get(key) === group) listeners.delete(key);
  };
}

function tell<L>(
  group: ReadonlySet<Given<L>> | undefined,
  call: (listener: L) => void,
  onError: (error: unknown) => void,
): void {
  if (group === undefined) return;
  for (const { listener } of [...group]) {
    try {
      call(listener);
    } catch (error) {
      onError(error); // One listener's fault is not another's, and never the task's.
    }
  }
}
