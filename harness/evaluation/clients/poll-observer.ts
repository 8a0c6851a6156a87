import type { PollHabits, Spread } from '../../model/evaluation/client-table.ts';
import { isTerminal, type Status } from '../../model/operation.ts';

/** What matters of a history line. `t`: ns since the run began. */
export interface ObservedLine {
  readonly kind: string;
  readonly seq: number;
  readonly t: number;
  readonly op?: string | undefined;
  readonly of?: number | undefined;
  readonly task?: string | undefined;
  readonly status?: Status | undefined;
  readonly pollMs?: number | undefined;
}

/** The polls of one run: ms between them, and how many kept to what the server had asked for. */
export interface PollRecord {
  readonly first: readonly number[];
  readonly later: readonly number[];
  readonly hintMs: number | null;
  readonly kept: number;
  readonly asked: number;
  readonly onPush: number;
}

interface Seen {
  lastT: number;
  hasPolled: boolean;
  hintMs: number | null;
  isOver: boolean;
  /** The server has told by itself that it is over. */
  isPushed: boolean;
}

/** A poll may come this much early and still count as on time: timers and clocks differ a little. */
const TOLERANCE = 0.95;
const NS_PER_MS = 1e6;

/**
 * Reads the polls of a client off a history, line by line. A poll asks how a task stands; fetching the result of a task that was seen
 * at its end is none. A look that comes early because the server has just told of the end is counted apart: nobody asked to wait then.
 */
export function createPollObserver(): { line(line: ObservedLine): void; record(): PollRecord | null } {
  const tasks = new Map<string, Seen>();
  const creates = new Set<number>();
  const hasty = new Map<string, number>();
  const first: number[] = [];
  const later: number[] = [];
  const sums = { kept: 0, asked: 0, onPush: 0 };
  let hintMs: number | null = null;
  const poll = (seen: Seen, t: number) => {
    // The receipt may be on record a moment after the poll that it led to.
    const ms = Math.max(0, t - seen.lastT) / NS_PER_MS;
    const isKept = seen.hintMs === null || ms >= TOLERANCE * seen.hintMs;
    if (!isKept && seen.isPushed) sums.onPush += 1;
    else {
      (seen.hasPolled ? later : first).push(Math.round(ms));
      if (seen.hintMs !== null) {
        sums.asked += 1;
        if (isKept) sums.kept += 1;
      }
    }
    seen.lastT = t;
    seen.hasPolled = true;
  };
  const answer = ({ task = '', t, of = -1, status, pollMs }: ObservedLine) => {
    if (creates.has(of) && task !== '' && !tasks.has(task)) {
      tasks.set(task, { lastT: t, hasPolled: false, hintMs: null, isOver: false, isPushed: false });
    }
    const seen = tasks.get(task);
    if (seen === undefined) return;
    seen.hintMs = pollMs ?? seen.hintMs;
    hintMs = seen.hintMs ?? hintMs;
    seen.isOver ||= isTerminal(status);
    const early = hasty.get(task);
    hasty.delete(task);
    if (early !== undefined) poll(seen, early);
  };
  return {
    line(line) {
      const { kind, op, task = '', t, seq, status } = line;
      const seen = tasks.get(task);
      if (kind === 'inv' && op === 'create') creates.add(seq);
      else if (kind === 'inv' && (op === 'get' || (op === 'result' && seen?.isOver === false))) {
        if (seen !== undefined) poll(seen, t);
        else if (!hasty.has(task)) hasty.set(task, t);
      } else if (kind === 'ok') answer(line);
      else if (kind === 'push' && seen !== undefined) seen.isPushed ||= isTerminal(status);
    },
    record: () => (tasks.size === 0 ? null : { first, later, hintMs, ...sums }),
  };
}

/** What the polls of several runs show together; null: there were none. */
export function habitsOf(records: readonly PollRecord[]): PollHabits | null {
  const sum = (pick: (record: PollRecord) => number) => records.reduce((total, record) => total + pick(record), 0);
  const first = spreadOf(records.flatMap((record) => record.first));
  const later = spreadOf(records.flatMap((record) => record.later));
  const onPush = sum((record) => record.onPush);
  if (first === null && later === null && onPush === 0) return null;
  const hintMs = records.find((record) => record.hintMs !== null)?.hintMs ?? null;
  return { first, later, hintMs, onPush, kept: sum(({ kept }) => kept), asked: sum(({ asked }) => asked) };
}

function spreadOf(samples: readonly number[]): Spread | null {
  const ascending = [...samples].sort((a, b) => a - b);
  const [min] = ascending;
  const max = ascending.at(-1);
  const median = ascending[Math.floor(ascending.length / 2)];
  if (min === undefined || max === undefined || median === undefined) return null;
  return { count: ascending.length, min, median, max };
}
