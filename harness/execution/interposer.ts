import type { Disposition, Fault, MessageView } from '../model/fault.ts';
import type { Plan } from '../model/plan.ts';
import { createPrng, type Prng } from '../model/prng.ts';
import { createEntryMatcher } from './entry-matcher.ts';
import type { FaultLog } from './fault-log.ts';
import { createHeldReplies } from './held-replies.ts';

/** What can be ruled: to gather is to delay until a known instant. */
export type Ordered = Exclude<Disposition, { readonly action: 'gather' }>;

/** What happens to one message, and by whom. */
export interface Ruling {
  readonly disposition: Ordered;
  /** Entries that had a hand in it. */
  readonly entries: readonly string[];
  /** For a held message: true to deliver it, false when it is lost. */
  readonly held?: Promise<boolean>;
  /** It is held for a fault that will strike elsewhere: that it was held proves nothing. */
  readonly isWindow?: boolean;
}

/** A gateway (F31) in front of one request. */
export interface GatewayRuling {
  readonly entry: string;
  readonly afterMs: number;
}

export interface Interposer {
  rule(message: MessageView): Ruling;
  gateway(message: MessageView): GatewayRuling | null;
  /** A reply has gone through: whatever waited for that goes on. */
  passed(): void;
  /** The nemesis has struck for this entry: replies held open for it are lost. */
  struck(entry: string): void;
  /** The strike on one message came to nothing (the server went down in the middle of it): the next one that fits is hit. */
  missed(entry: string): void;
  /** Lets everything held go, and rules nothing but `pass` from now on. */
  heal(): void;
}

export interface InterposerOptions {
  readonly plan: Plan;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly log: FaultLog;
  /** ms from run start */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** A create was answered by the server and its reply is in our hands (trigger 'create-answered'). */
  readonly onCreateAnswered: (call: number) => void;
}

const PASS: Ruling = { disposition: { action: 'pass' }, entries: [] };
const SEVERITY: readonly Ordered['action'][] = [
  'cut',
  'truncate',
  'drop',
  'spoil',
  'hold',
  'dup',
  'trickle',
  'delay',
  'pass',
];

/** Decides about every message by the plan's entries. All draws are functions of seed, entry, connection and order on it. */
export function createInterposer(options: InterposerOptions): Interposer {
  const { plan, faults, log } = options;
  const drawFor = createDraws(plan.seed);
  const matcher = createEntryMatcher({ plan, nowMs: options.nowMs, drawFor });
  const held = createHeldReplies(options.sleep);
  const windows = replyWindows(plan);
  const gatherings = createGatherings(options.nowMs);
  let isHealed = false;

  /** A kill that wants the receipt of this call held back until it strikes. */
  const openWindow = (call: number): Ruling => {
    const entry = windows.get(call);
    if (entry === undefined || matcher.isSpent(entry)) return PASS;
    const maxMs = plan.limits.requestMs;
    return {
      disposition: { action: 'hold', delayMsMax: maxMs },
      entries: [entry],
      isWindow: true,
      held: held.hold({ entry, until: 'fault-strikes', maxMs }),
    };
  };
  const strike = (message: MessageView, soFar: Ruling): Ruling => {
    let ruling = soFar;
    for (const entry of matcher.fitting(message)) {
      const fault = faults.get(entry.fault);
      if (fault === undefined || !('decide' in fault)) continue;
      const decided = fault.decide(entry, message, drawFor(entry.entry, message));
      if (decided === null || decided.action === 'pass') continue;
      const own =
        decided.action === 'gather'
          ? gatherings.join(entry.entry, decided.forMs)
          : { disposition: decided, entries: [entry.entry] };
      if (own === null) continue;
      if (entry.trigger.kind === 'message') matcher.spend(entry.entry);
      log.start(entry, { conn: message.conn, op: message.op, call: message.call });
      if (SEVERITY.indexOf(own.disposition.action) >= SEVERITY.indexOf(ruling.disposition.action)) continue;
      ruling = own;
    }
    const { disposition, entries } = ruling;
    const [entry] = entries;
    if (disposition.action !== 'hold' || ruling.held !== undefined || entry === undefined) return ruling;
    return { ...ruling, held: held.hold({ entry, until: 'reply-passes', maxMs: disposition.delayMsMax }) };
  };

  return {
    rule(message) {
      if (isHealed) return PASS;
      const { direction, op, call } = message;
      if (direction !== 'reply' || op !== 'create' || call === null || message.isError) return strike(message, PASS);
      const window = openWindow(call);
      options.onCreateAnswered(call);
      return strike(message, window);
    },
    gateway(message) {
      if (isHealed || message.direction !== 'request') return null;
      for (const entry of matcher.fitting(message)) {
        const fault = faults.get(entry.fault);
        if (fault === undefined || !('afterMs' in fault)) continue;
        const afterMs = fault.afterMs(entry);
        log.start(entry, { conn: message.conn, op: message.op, call: message.call });
        // A gateway bites by standing there: whether it had to answer is what the run finds out (`gateway-gave-up`).
        log.verified(entry.entry, { conn: message.conn, op: message.op, call: message.call, afterMs });
        if (entry.trigger.kind === 'message') matcher.spend(entry.entry);
        return { entry: entry.entry, afterMs };
      }
      return null;
    },
    passed: held.passed,
    struck(entry) {
      matcher.spend(entry);
      held.lose(entry);
    },
    missed: matcher.unspend,
    heal() {
      isHealed = true;
      held.releaseAll();
    },
  };
}

/** Calls whose receipt is held back, with the entry it is held for. */
function replyWindows(plan: Plan): ReadonlyMap<number, string> {
  const windows = new Map<number, string>();
  for (const { entry, trigger } of plan.faults) {
    if (trigger.kind === 'event' && trigger.hold === true) windows.set(trigger.call, entry);
  }
  return windows;
}

/** Messages that are kept to go at once. One alone is no crowd, and proves nothing. null: the time of this entry is over. */
function createGatherings(nowMs: () => number) {
  const ends = new Map<string, number>();
  return {
    join(entry: string, forMs: number): (Pick<Ruling, 'entries'> & { readonly disposition: Ordered }) | null {
      const known = ends.get(entry);
      const untilMs = known ?? nowMs() + forMs;
      const delayMs = untilMs - nowMs();
      if (delayMs <= 0) return null;
      ends.set(entry, untilMs);
      return { disposition: { action: 'delay', delayMs }, entries: known === undefined ? [] : [entry] };
    },
  };
}

/** One stream of randomness an entry and direction of a connection. */
function createDraws(seed: number): (entry: string, message: MessageView) => Prng {
  const root = createPrng(seed).fork('interposer');
  const streams = new Map<string, Prng>();
  return (entry, message) => {
    const label = `${entry}/${message.conn}/${message.direction}`;
    const stream = streams.get(label) ?? root.fork(label);
    streams.set(label, stream);
    return stream;
  };
}
