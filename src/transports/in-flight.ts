/** Requests being answered: so that they can be cancelled by id, and all be ended when the server goes down. */
import type { Abandonment, JsonRpcMessage } from '../dialects/dialect.ts';

export interface InFlight {
  readonly count: number;
  /** The signal's owner for one request; `done` must follow. Equal ids at the same time are kept apart. */
  add(conversation: string, id: number | string): AbortController;
  done(conversation: string, id: number | string, controller: AbortController): void;
  /** Aborts the request that a notifications/cancelled names; anything else is ignored. */
  cancel(conversation: string, notification: JsonRpcMessage): void;
  abortAll(reason: Abandonment): void;
  /** Resolves when nothing is left, or after `withinMs`. */
  settled(withinMs: number): Promise<void>;
}

export function createInFlight(): InFlight {
  const controllers = new Map<string, Set<AbortController>>();
  const waiters = new Set<() => void>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(conversation, id) {
      const controller = new AbortController();
      const key = keyOf(conversation, id);
      const same = controllers.get(key);
      if (same === undefined) controllers.set(key, new Set([controller]));
      else same.add(controller);
      count += 1;
      return controller;
    },
    done(conversation, id, controller) {
      const key = keyOf(conversation, id);
      const same = controllers.get(key);
      if (same?.delete(controller) !== true) return;
      if (same.size === 0) controllers.delete(key);
      count -= 1;
      if (count === 0) for (const wake of waiters) wake();
    },
    cancel(conversation, { method, params }) {
      const id = params?.requestId;
      if (method !== 'notifications/cancelled' || (typeof id !== 'string' && typeof id !== 'number')) return;
      for (const controller of controllers.get(keyOf(conversation, id)) ?? []) abort(controller, 'cancelled');
    },
    abortAll(reason) {
      for (const same of [...controllers.values()]) for (const controller of same) abort(controller, reason);
    },
    async settled(withinMs) {
      if (count === 0) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiters.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, withinMs);
        waiters.add(wake);
      });
    },
  };
}

export function abort(controller: AbortController, reason: Abandonment): void {
  controller.abort(reason);
}

function keyOf(conversation: string, id: number | string): string {
  return `${conversation} ${typeof id === 'number' ? 'n' : 's'}${id}`;
}
