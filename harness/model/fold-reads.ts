import type { Event, EventOf, FrameBody, InvBody, OkBody, Stamped } from './event.ts';
import type { Exchange } from './history-index.ts';
import { isTerminal, type Status } from './operation.ts';
import type { Plan } from './plan.ts';

/** A request on its way through a fold. */
export interface FoldedExchange {
  readonly inv: Stamped<InvBody>;
  end: Exchange['end'];
  frames: Stamped<FrameBody>[];
  /** How many starts and ends of the server, and ends of faults, came before it. */
  readonly era: number;
}

/** A read that may be let go: good, of a task with a receipt that nobody has seen ended. */
interface Reading {
  readonly inv: Stamped<InvBody>;
  readonly end: Stamped<OkBody>;
  /** The same before it was sent, and before it was answered. */
  readonly from: number;
  readonly to: number;
}

interface TaskReads {
  /** The latest reading. */
  last: Reading | null;
  /** It says what the one before it said, and may be let go once the next one says the same. */
  isHeld: boolean;
}

/** Lets go of reads between two that say the same; hands on all others, and everything else that ended. */
export interface ReadFold {
  /** An exchange has ended, after so many starts and ends of the server, and ends of faults. */
  end(exchange: FoldedExchange, era: number): void;
  /** A notification has told something about a task. */
  push(event: EventOf<'push'>): void;
  finish(): { readonly reads: number; readonly validated: number };
}

export function createReadFold(plan: Plan, keep: (event: Event) => void): ReadFold {
  const agents = new Map(plan.calls.map(({ call, agent }) => [call, agent]));
  const open = new Map<string, TaskReads>();
  /** Tasks that somebody has seen ended. */
  const over = new Set<string>();
  const sums = { reads: 0, validated: 0 };
  const handOn = ({ inv, end }: Pick<Exchange, 'inv' | 'end'>) => {
    keep(inv);
    if (end !== null) keep(end);
  };
  const release = (task: TaskReads) => {
    if (task.isHeld && task.last) handOn(task.last);
    task.isHeld = false;
  };
  const read = (task: TaskReads, reading: Reading) => {
    const isSame = task.last !== null && isSameReading(task.last, reading);
    if (isSame && task.isHeld) {
      sums.reads += 1;
      if (task.last?.end.shape !== undefined) sums.validated += 1;
      task.isHeld = false;
    }
    release(task);
    task.last = reading;
    if (isSame) task.isHeld = true;
    else handOn(reading);
  };
  /** Something other than a plain read was told of a task: the next read is compared with nothing. */
  const interrupt = (id: string | undefined, status: Status | undefined) => {
    const task = id === undefined ? undefined : open.get(id);
    if (id === undefined || !task) return;
    release(task);
    task.last = null;
    if (!isTerminal(status)) return;
    open.delete(id);
    over.add(id);
  };
  return {
    end(exchange, era) {
      const { inv, end } = exchange;
      const id = inv.task ?? (end?.kind === 'ok' ? end.task : undefined);
      if (inv.op === 'create' && end?.kind === 'ok' && id !== undefined && !open.has(id) && !over.has(id)) {
        open.set(id, { last: null, isHeld: false });
      }
      const task = id === undefined ? undefined : open.get(id);
      if (task && end?.kind === 'ok' && isPlainRead(inv, end, agents.get(inv.call))) {
        read(task, { inv, end, from: exchange.era, to: era });
        return;
      }
      interrupt(id, end?.kind === 'ok' ? end.status : undefined);
      handOn(exchange);
    },
    push: ({ task, status }) => interrupt(task, status),
    finish() {
      for (const task of open.values()) release(task);
      return sums;
    },
  };
}

/** An agent's read of its own task that shows it running and has no fault and no result in it. */
function isPlainRead(inv: InvBody, end: OkBody, agent: number | undefined): boolean {
  const isOwn = agent !== undefined && inv.agent === agent && inv.task !== undefined && end.task === inv.task;
  const isRead = inv.op === 'get' || inv.op === 'result';
  const isGood = (end.shape === undefined || end.shape.length === 0) && end.error === undefined && end.echo == null;
  const isBare = end.result === undefined && end.resultSha === undefined && end.rpcIds === undefined;
  return isOwn && isRead && isGood && isBare && end.status !== undefined && !isTerminal(end.status);
}

/** They differ in nothing but when: the same answer to the same agent on the same connection, in one era. */
function isSameReading(a: Reading, b: Reading): boolean {
  const isAsked = a.inv.call === b.inv.call && a.inv.op === b.inv.op && a.inv.conn === b.inv.conn;
  return isAsked && a.from === b.from && a.to === b.to && SAID.every((key) => isSame(a.end[key], b.end[key]));
}

/** Lists and objects are the same when they are written alike. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b);
}

/** All of what an answer says beside when; a plain read has no result, no error and no further ids. */
const SAID = [
  ...(['status', 'statusMessage', 'createdAt', 'lastUpdatedAt', 'ttlMs', 'pollMs', 'task'] as const),
  ...(['inputs', 'inputShas', 'bytes', 'isError', 'echo', 'shape'] as const),
];
