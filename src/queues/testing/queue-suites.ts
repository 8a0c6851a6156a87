import { describe } from 'vitest';
import { type ConnectionOptions, connectionSchema } from '../../stores/connection.ts';
import { connectionTo, describeOn } from '../../stores/testing/engine.ts';
import type { QUEUES } from '../index.ts';
import type { TaskQueue } from '../queue.ts';

type QueueEntry = (typeof QUEUES)[string];

/** Opens a queue; two that are given one connection are two processes at one queue. */
export type OpenTestQueue = (
  size: { readonly concurrency: number; readonly waitingMax: number },
  connection?: ConnectionOptions,
) => Promise<TaskQueue>;

/** A suite for each queue, on a real engine where it stands on one. */
export function describeQueues(
  what: string,
  queues: readonly QueueEntry[],
  suite: (entry: QueueEntry, open: OpenTestQueue, connect: () => Promise<ConnectionOptions>) => void,
): void {
  for (const entry of queues) {
    const { id, engine } = entry.meta;
    const connect = async () => (engine === undefined ? connectionSchema.parse({}) : connectionTo(engine));
    const open: OpenTestQueue = async (size, connection) => {
      const openQueue = await entry.load();
      return openQueue({ ...size, connection: connection ?? (await connect()) });
    };
    if (engine === undefined) describe(`${what} ${id}`, () => suite(entry, open, connect));
    else describeOn(engine, `${what} ${id}`, () => suite(entry, open, connect));
  }
}
