import { createPlaces } from './places.ts';
import type { QueueOptions, TaskQueue } from './queue.ts';

/** In this process, first come, first served. */
export async function openLocalQueue(options: Omit<QueueOptions, 'connection'>): Promise<TaskQueue> {
  const waiting: string[] = [];
  const known = new Set<string>(); // waiting or running
  const running = new Set<string>();
  const again = new Set<string>(); // offered while they ran
  const places = createPlaces();
  let isPaused = false;
  let run: ((id: string) => Promise<void>) | undefined;

  const hasRoom = () => waiting.length + places.count + running.size < options.waitingMax + options.concurrency;

  function pump(): void {
    while (run !== undefined && !isPaused && running.size < options.concurrency) {
      const id = waiting.shift();
      if (id === undefined) return;
      running.add(id);
      run(id).finally(() => {
        running.delete(id);
        known.delete(id);
        if (again.delete(id)) add(id);
        else pump();
      });
    }
  }

  function add(id: string): void {
    waiting.push(id);
    known.add(id);
    pump();
  }

  return {
    reserve() {
      if (!hasRoom()) return undefined;
      return places.take((id) => {
        if (!known.has(id)) add(id);
      });
    },
    async offer(id) {
      if (running.has(id)) {
        again.add(id);
        return true;
      }
      if (known.has(id) || !hasRoom()) return false;
      add(id);
      return true;
    },
    work(start) {
      run = start;
      pump();
    },
    pause() {
      isPaused = true;
    },
    load: () => ({ waiting: waiting.length + places.count, running: running.size }),
    async [Symbol.asyncDispose]() {
      isPaused = true;
      waiting.length = 0;
    },
  };
}
