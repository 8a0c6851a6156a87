/**
 * notifications/tasks/status of revision 2025-11-25: how a task stands, told when it changes, without being asked and without
 * a promise. A client must not rely on them, so they are sent where they cost nothing: on a pipe to the conversation that made
 * the task, over HTTP on the stream of whoever waits for it.
 */
import type { TaskRecord } from '../tasks/task.ts';
import type { TaskEngine } from '../tasks/task-engine.ts';
import type { RequestContext, Session } from './dialect.ts';
import { type LegacyStatus, legacyStatus, legacyTask } from './legacy-task.ts';
import { isTerminal } from './waiting.ts';

export interface StatusNotices {
  /** A task of this conversation begins: on a pipe its changes are told from here on. */
  expect(task: TaskRecord, context: RequestContext): void;
  /** A stream waits for this task. Returns the end of it. */
  follow(taskId: string, context: RequestContext): () => void;
}

/** What was told last of each task; a task begins as working. */
type Told = Map<string, LegacyStatus>;

const TASKS_MAX = 1_000; // a session; the oldest goes first, and with it no more than notices

export function createStatusNotices(engine: TaskEngine): StatusNotices {
  const sessions = new WeakMap<Session, Told>();

  /** Tells each change of status of these tasks, the last of them the end. */
  function tell(told: Told, context: RequestContext, onEnd: () => void): () => void {
    return engine.subscribe(context.principal, (task) => {
      const status = legacyStatus(task);
      const before = told.get(task.id);
      if (before === undefined || before === status) return;
      told.set(task.id, status);
      context.notify({ jsonrpc: '2.0', method: 'notifications/tasks/status', params: legacyTask(task) });
      if (isTerminal(task) && told.delete(task.id)) onEnd();
    });
  }

  return {
    expect(task, context) {
      if (context.transport !== 'stdio' || isTerminal(task)) return;
      const told: Told = sessions.get(context.session) ?? new Map();
      sessions.set(context.session, told);
      const isFirst = told.size === 0;
      told.set(task.id, legacyStatus(task));
      if (told.size > TASKS_MAX) for (const oldest of told.keys()) if (told.delete(oldest)) break;
      if (!isFirst) return;
      const stop = tell(told, context, () => {
        if (told.size === 0) stop();
      });
    },
    follow(taskId, context) {
      if (context.transport === 'stdio') return () => {};
      const stop = tell(new Map([[taskId, 'working']]), context, () => stop());
      return stop;
    },
  };
}
