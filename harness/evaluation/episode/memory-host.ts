import type { JobStatus } from '../../model/evaluation/episode.ts';
import type { Accepted, EvaluationHost, HostCall, Polled, Settled } from '../../model/evaluation/host.ts';
import type { Json } from '../../model/evaluation/instance.ts';

/** What a call comes to: an end after `ms` of work, or nothing at all. `canary` names its effect. */
export type MemoryWork =
  | { readonly ms: number; readonly status?: JobStatus; readonly result: Json; readonly canary?: string }
  | { readonly refused: string };

export interface MemoryHost extends EvaluationHost {
  /** What was committed so far, in the host's time. */
  readonly effects: readonly { readonly t: number; readonly canary: string }[];
}

/** Work that was started under one key; calls that repeat the key share it. */
interface Work {
  readonly id: string;
  readonly endsMs: number;
  readonly settled: Settled;
  readonly canary: string | null;
}

interface Due {
  readonly t: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * A host over a function, with a clock of its own that moves only while its agent acts or stands still: for tests and for
 * rehearsing an evaluation without a server. Receipts come at once, ends the moment they are there (one poll each), a call under
 * a known key joins the work of the first. Times in ms. `stateOf` answers null unless it is given.
 */
export function createMemoryHost(
  work: (call: HostCall) => MemoryWork,
  stateOf: (workspace: string) => Json = () => null,
): MemoryHost {
  const works = new Map<string, Work>();
  const jobs = new Map<number, Work>();
  const forgotten = new Set<number>();
  const effects: { t: number; canary: string }[] = [];
  const due: Due[] = [];
  let listener: (job: number, polled: Polled, t: number) => void = () => {};
  let nowMs = 0;
  let order = 0;

  const at = (t: number, fire: () => void) => {
    order += 1;
    const place = due.findIndex((other) => other.t > t);
    due.splice(place === -1 ? due.length : place, 0, { t, order, fire });
  };
  const begin = (call: HostCall): Work | string => {
    const known = works.get(call.key);
    if (known !== undefined) return known;
    const planned = work(call);
    if ('refused' in planned) return planned.refused;
    const { ms, status = 'ok', result, canary = null } = planned;
    const endsMs = nowMs + ms;
    const started = { id: `work-${works.size + 1}`, endsMs, settled: { status, endedMs: endsMs, result }, canary };
    works.set(call.key, started);
    if (canary !== null) at(endsMs, () => effects.push({ t: endsMs, canary }));
    return started;
  };

  return {
    effects,
    now: () => nowMs,
    async sleep(untilMs, wake) {
      while (!wake.aborted) {
        const next = due[0];
        if (next === undefined || next.t > untilMs) break;
        due.shift();
        nowMs = Math.max(nowMs, next.t);
        next.fire();
        // Whoever waits for what has just ended must hear of it before time goes on.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (wake.aborted) return;
      if (untilMs === Number.POSITIVE_INFINITY)
        throw new Error('expected something to happen, got a sleep without end');
      nowMs = Math.max(nowMs, untilMs);
    },
    async send(call): Promise<Accepted> {
      const started = begin(call);
      if (typeof started === 'string') return { kind: 'refused', why: started };
      jobs.set(call.job, started);
      return { kind: 'receipt', id: started.id };
    },
    async poll(job) {
      const found = jobs.get(job);
      return found === undefined ? UNKNOWN : polledAt(found, nowMs);
    },
    settled: (job) =>
      new Promise((resolve, reject) => {
        const found = jobs.get(job);
        if (found === undefined) return reject(new Error(`expected a job that was sent, got ${job}`));
        at(Math.max(nowMs, found.endsMs), () => {
          if (forgotten.has(job)) return;
          listener(job, polledAt(found, nowMs), nowMs);
          resolve(found.settled);
        });
      }),
    forget(job) {
      forgotten.add(job);
    },
    onPoll(heard) {
      listener = heard;
    },
    stateOf: async (workspace) => stateOf(workspace),
  };
}

const UNKNOWN: Polled = { status: null, isNews: false, bytes: 0, isTerminal: true };
const STATUS_BYTES = 120; // An answer that says no more than that the task works still: id, status, two times, the interval.

function polledAt({ id, endsMs, settled }: Work, nowMs: number): Polled {
  if (nowMs < endsMs) return { status: 'working', isNews: false, bytes: STATUS_BYTES, isTerminal: false };
  const status = settled.status === 'ok' || settled.status === 'error' ? 'completed' : settled.status;
  const bytes = Buffer.byteLength(id) + Buffer.byteLength(JSON.stringify(settled.result));
  return { status, isNews: true, bytes, isTerminal: true };
}
