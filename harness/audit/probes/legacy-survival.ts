import { isTerminal } from '../../model/operation.ts';
import { described } from '../answer.ts';
import { patienceMs } from '../audit-session.ts';
import { createLegacyClient } from '../legacy-client.ts';
import { createLegacyTask, followLegacyTask, getLegacyTask, legacyStatusOf, taskCall } from '../legacy-task.ts';
import type { Probe } from '../probe.ts';

/** What is there after a crash. No revision asks for anything; whoever waits for a result does. */
export const legacySurvival: Probe = {
  meta: {
    id: 'legacy-survival',
    title: 'what survives a crash',
    description: 'Kills the server after a task has ended, and reads the task from the next process.',
    observes: [],
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = taskCall(session, 'work', 0);
    if (typeof call === 'string' || session.unkillable !== null) return [];
    const client = createLegacyClient(await session.link(), session.limits.requestMs);
    const { taskId } = await createLegacyTask(client, call, { task: { ttl: 600_000 } });
    if (taskId === null) return [];
    const reads = await followLegacyTask(session, client, { taskId, withinMs: patienceMs(session, call) });
    if (!isTerminal(legacyStatusOf(reads.at(-1)))) return [];
    await session.restart();
    const next = createLegacyClient(await session.link(), session.limits.requestMs);
    const read = await getLegacyTask(next, taskId);
    const frames = [...(reads.at(-1)?.frames ?? []), ...read.frames];
    if (read.result !== null) session.note({ kind: 'good', text: 'a task that had ended survived a kill', frames: [] });
    else {
      const text = `a task that had ended was gone after a kill: ${described(read)}`;
      session.note({ kind: session.isDurable ? 'bad' : 'good', text, frames });
    }
    return [];
  },
};
