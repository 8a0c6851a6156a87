import { createHash } from 'node:crypto';
import { getAll } from '../stores/several.ts';
import type { ServerLog } from '../telemetry/log.ts';
import type { Tool } from '../tools/tool.ts';
import { messageOf } from '../usage-error.ts';
import { createAsk } from './asking.ts';
import type { Breakers } from './breaker.ts';
import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import type { TaskEngineOptions } from './engine-options.ts';
import { failure, RpcFailure } from './rpc-failure.ts';
import { createRunningTask, type RunningTask } from './running-task.ts';
import type { Outcome, TaskRecord } from './task.ts';
import type { TaskWriter } from './task-writer.ts';
import { childOf, readTraceparent, writeTraceparent } from './trace.ts';
import type { Turns } from './turns.ts';
import { writeForSure } from './written-event.ts';

/** Runs tasks in this process. */
export interface Worker {
  readonly name: string;
  readonly running: ReadonlyMap<string, RunningTask>;
  /** Claims, runs and settles one task. Resolves when this process has nothing to do with it any more; never rejects. */
  run(id: string): Promise<void>;
  /** Renews the leases that have used up a third of their time, and those whose effect is out. */
  heartbeat(): void;
  /** Looks after what runs: what another process has ended or taken over is stopped here. */
  look(): Promise<void>;
  /** How long recent work took, ms: for the advice when to come again. */
  meanRunMs(): number;
}

export interface WorkerParts extends Pick<TaskEngineOptions, 'store' | 'tools' | 'effects'> {
  readonly name: string;
  readonly writer: TaskWriter;
  readonly clock: ServerClock;
  readonly leaseMs: number;
  readonly turns: Turns;
  readonly breakers: Breakers;
  readonly log: ServerLog;
  readonly onError: (error: unknown, doing: string) => void;
}

export function createWorker(parts: WorkerParts): Worker {
  const { name, store, writer, clock, leaseMs, turns, onError } = parts;
  const running = new Map<string, RunningTask>();
  const renewing = new Set<string>();
  let meanRunMs = 1_000; // A guess until the first task has ended.

  async function runClaimed(claimed: TaskRecord): Promise<void> {
    const work = createRunningTask(claimed, { ...parts, ledger: parts.effects });
    running.set(claimed.id, work);
    const startedAt = clock.elapsed();
    const outcome = await runTool(work, parts);
    if (!work.signal.aborted) meanRunMs += (clock.elapsed() - startedAt - meanRunMs) / 8;
    await writeForSure(work, { type: 'finish', outcome }, parts);
  }

  const renewal = () => ({ type: 'renew', leaseUntilMs: clock.now() + leaseMs }) as const;

  function renew(work: RunningTask): void {
    renewing.add(work.id);
    work
      .exclusive(async () => {
        if (work.record().state !== 'running') return; // It came to its end while this waited for its turn.
        await work.write(renewal());
      })
      .catch((error) => onError(error, `renewing the lease of task ${work.id}`))
      .finally(() => renewing.delete(work.id));
  }

  /** Their turns are free: they are taken, and the write is on its way, before anybody else can ask for one. */
  async function renewTogether(works: readonly RunningTask[], write: NonNullable<TaskWriter['changeTogether']>) {
    const event = renewal();
    const written = write(works.map((work) => ({ task: work.record(), event })));
    const ends = works.map((work, at) => {
      renewing.add(work.id);
      const end = work.exclusive(async () => {
        const record = (await written)[at];
        if (record !== undefined) work.became(record);
        else await work.write(event);
      });
      return end.finally(() => renewing.delete(work.id));
    });
    await Promise.all(ends);
  }

  function isDue(work: RunningTask, nowMs: number): boolean {
    if (renewing.has(work.id) || work.signal.aborted) return false;
    const { state, lease, sealedUntil } = work.record();
    // An effect is out by the time it is our turn: that ends the seal, so that others may end the task again.
    return state === 'running' && ((lease?.untilMs ?? 0) - nowMs <= (leaseMs * 2) / 3 || sealedUntil !== undefined);
  }

  return {
    name,
    running,
    async run(id) {
      try {
        const claimed = await claim(id, parts);
        if (claimed !== undefined) await runClaimed(claimed);
      } catch (error) {
        onError(error, `running task ${id}`);
      } finally {
        running.delete(id);
      }
    },
    heartbeat() {
      const nowMs = clock.now();
      const due = [...running.values()].filter((work) => isDue(work, nowMs));
      const { changeTogether } = writer;
      // In one go, but for those in whose turn something else goes on: nobody waits for another's effect.
      const free = changeTogether === undefined ? [] : due.filter(({ id }) => turns.isFree(id));
      if (changeTogether !== undefined && free.length > 0) {
        renewTogether(free, changeTogether).catch((error) => onError(error, `renewing ${free.length} leases`));
      }
      for (const work of due) if (!renewing.has(work.id)) renew(work);
    },
    async look() {
      const works = [...running.values()];
      if (works.length === 0) return;
      const found = await getAll(
        store,
        works.map(({ id }) => id),
      );
      for (const [at, work] of works.entries()) work.look(found[at]);
    },
    meanRunMs: () => meanRunMs,
  };
}

async function claim(id: string, { name, writer, clock, leaseMs }: WorkerParts): Promise<TaskRecord | undefined> {
  const answer = await writer.change(id, (task) => {
    const nowMs = clock.now();
    // What is due is the sweeper's to end, not ours to begin.
    if (task.state !== 'queued' || nowMs >= task.deadlineAt || isExpired(task, nowMs)) return undefined;
    return { type: 'claim', worker: name, leaseUntilMs: nowMs + leaseMs };
  });
  return answer.kind === 'changed' ? answer.task : undefined;
}

async function runTool(work: RunningTask, parts: WorkerParts): Promise<Outcome> {
  const { tools, breakers } = parts;
  const task = work.record();
  const tool = tools.get(task.tool);
  if (tool === undefined) return failure('no-such-tool', `This server has no tool named '${task.tool}' any more.`);
  // Work that was stopped because it took too long has failed; stopped for another reason, it has shown nothing.
  const wasStopped = () => work.signal.aborted && !work.isOverdue();
  return breakers.run(tool.name, () => traced(tool, work, parts), wasStopped);
}

/** Says in the log where and when a call that belongs to a trace is worked on. */
async function traced(tool: Tool, work: RunningTask, parts: WorkerParts): Promise<Outcome> {
  const { log, clock } = parts;
  const task = work.record();
  const caller = readTraceparent(task.trace);
  if (caller === undefined) return call(tool, work, parts);
  const here = childOf(caller);
  const fields = {
    ...{ traceId: here.traceId, spanId: here.spanId, parentSpanId: caller.spanId },
    ...{ task: task.id, tool: tool.name, run: task.runs },
  };
  log.info(fields, 'work begins');
  const startedAt = clock.elapsed();
  const outcome = await call(tool, work, parts, writeTraceparent(here));
  log.info({ ...fields, ms: Math.round(clock.elapsed() - startedAt), outcome: outcome.kind }, 'work ended');
  return outcome;
}

async function call(tool: Tool, work: RunningTask, parts: WorkerParts, trace?: string): Promise<Outcome> {
  const { clock } = parts;
  const task = work.record();
  try {
    const result = await tool.run(task.arguments, {
      taskId: task.id,
      ...(trace === undefined ? {} : { trace }),
      effectKey: effectKeyOf(task),
      signal: work.signal,
      effects: work.effects,
      progress: createProgress(work, parts),
      ask: createAsk(work, parts),
      sleep: (ms) => clock.sleep(ms, work.signal),
    });
    return { kind: 'result', result };
  } catch (error) {
    if (error instanceof RpcFailure) return { kind: 'error', error: error.error };
    return failure('tool-crashed', `The tool '${task.tool}' failed: ${messageOf(error)}`);
  }
}

/**
 * Writes a message at most as often as clients look, the newest one; those in between are left out. Each write is synced to
 * the disk: progress must not slow the work down.
 */
function createProgress(work: RunningTask, { clock, onError }: WorkerParts): (message: string) => void {
  let writtenAt = clock.elapsed(); // The claim has just said that it runs.
  return (message) => {
    if (clock.elapsed() - writtenAt < work.record().pollIntervalMs) return;
    writtenAt = clock.elapsed();
    work
      .exclusive(() => work.write({ type: 'note', message }))
      .catch((error) => onError(error, `noting the progress of task ${work.id}`));
  };
}

/** The same for every run of the same logical work: the caller's key where there is one, else the task. */
export function effectKeyOf(task: TaskRecord): string {
  if (task.idempotencyKey === null) return `task:${task.id}`;
  const parts = JSON.stringify([task.principal, task.idempotencyKey, task.argumentsHash]);
  return `key:${createHash('sha256').update(parts).digest('hex').slice(0, 32)}`;
}
