import { randomUUID } from 'node:crypto';
import type { TaskStore } from './stores/store.ts';

const ANSWER_MS_MAX = 1_000; // Who asks is a load balancer, and gives up after about as long.

/** Whether clients should be sent here now: the server is open, and its store answers a read in time. */
export function createReadiness(isOpen: () => boolean, store: Pick<TaskStore, 'get'>): () => Promise<boolean> {
  return async () => {
    if (!isOpen()) return false;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ANSWER_MS_MAX);
    });
    // A read of a task that there cannot be: it goes all the way, and costs next to nothing.
    const answered = store.get(`readiness-${randomUUID()}`).then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([answered, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
