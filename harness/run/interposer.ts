import type { Disposition, Fault, MessageView } from '../model/fault.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import { createPrng, type Prng } from '../model/prng.ts';
import type { FaultLog } from './fault-log.ts';

/** What happens to one message, and by whom. */
export interface Ruling {
  readonly disposition: Disposition;
  /** Entries that had a hand in it. */
  readonly entries: readonly string[];
  /** Resolves when a held message may go on: true to deliver it, false when it is lost. */
  readonly held?: Promise<boolean>;
}

/** A gateway (F31) in front of one request. */
export interface GatewayRuling {
  readonly entry: string;
  readonly afterMs: number;
}

export interface Interposer {
  rule(message: MessageView): Ruling;
  gateway(message: MessageView): GatewayRuling | null;
  /** Another reply has passed: whatever waited for that goes on. */
  passed(): void;
  /** The nemesis has struck for this entry: replies held open for it are lost. */
  struck(entry: string): void;
  /** Lets everything held go, and rules nothing but `pass` from now on (the heal). */
  heal(): void;
}

const PASS: Ruling = { disposition: { action: 'pass' }, entries: [] };
const SEVERITY: readonly Disposition['action'][] = ['cut', 'drop', 'hold', 'dup', 'delay', 'pass'];

interface Hold {
  readonly entry: string;
  readonly kind: 'reply-passes' | 'fault-strikes';
  release(deliver: boolean): void;
}

/**
 * Decides about every message by the plan's entries: single-message entries strike once, at the first message that fits with
 * at least the planned attempt; `messages` entries draw for each. All draws are functions of seed, entry, connection and index.
 */
export function createInterposer(options: {
  readonly plan: Plan;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly log: FaultLog;
  /** ms from run start */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** A create was answered by the server and its reply is in our hands (trigger 'create-answered'). */
  readonly onCreateAnswered: (call: number) => void;
}): Interposer {
  const { plan, faults, log } = options;
  const root = createPrng(plan.seed).fork('interposer');
  const single = new Map<string, PlannedFault[]>();
  const every: PlannedFault[] = [];
  const holdFor = new Map<number, PlannedFault>();
  const spent = new Set<string>();
  const holds = new Set<Hold>();
  let isHealed = false;

  for (const entry of plan.faults) {
    const { trigger } = entry;
    if (trigger.kind === 'message') {
      const place = `${trigger.direction}|${trigger.op}|${trigger.call}`;
      single.set(place, [...(single.get(place) ?? []), entry]);
    } else if (trigger.kind === 'messages') every.push(entry);
    else if (trigger.kind === 'event' && trigger.hold === true) holdFor.set(trigger.call, entry);
  }

  const draws = new Map<string, Prng>();
  const drawFor = (entry: string, message: MessageView): Prng => {
    const label = `${entry}/${message.conn}/${message.direction}`;
    const known = draws.get(label) ?? root.fork(label);
    draws.set(label, known);
    return known;
  };

  const fitting = (message: MessageView): PlannedFault[] => {
    const found: PlannedFault[] = [];
    if (message.call !== null && message.op !== null) {
      for (const entry of single.get(`${message.direction}|${message.op}|${message.call}`) ?? []) {
        if (spent.has(entry.entry) || entry.trigger.kind !== 'message') continue;
        if (message.attempt < entry.trigger.attempt) continue;
        found.push(entry);
      }
    }
    const nowMs = options.nowMs();
    for (const entry of every) {
      const { trigger } = entry;
      if (trigger.kind !== 'messages' || message.op === null) continue;
      if (trigger.direction !== 'both' && trigger.direction !== message.direction) continue;
      if (trigger.op !== undefined && trigger.op !== message.op) continue;
      if (nowMs < (trigger.fromMs ?? 0) || nowMs > (trigger.untilMs ?? Number.POSITIVE_INFINITY)) continue;
      if (drawFor(entry.entry, message).chance(trigger.probability)) found.push(entry);
    }
    return found;
  };

  const hold = (entry: string, kind: Hold['kind'], maxMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      const waiting: Hold = {
        entry,
        kind,
        release(deliver) {
          holds.delete(waiting);
          resolve(deliver);
        },
      };
      holds.add(waiting);
      void options.sleep(maxMs).then(() => waiting.release(true));
    });

  return {
    rule(message) {
      if (isHealed) return PASS;
      const isCreateReply = message.direction === 'reply' && message.op === 'create' && message.call !== null;
      let best: Ruling = PASS;
      const opened = isCreateReply && message.call !== null && !message.isError ? holdFor.get(message.call) : undefined;
      if (opened && !spent.has(opened.entry)) {
        const held = hold(opened.entry, 'fault-strikes', plan.limits.requestMs);
        best = { disposition: { action: 'hold', delayMsMax: plan.limits.requestMs }, entries: [opened.entry], held };
      }
      if (isCreateReply && message.call !== null && !message.isError) options.onCreateAnswered(message.call);
      for (const entry of fitting(message)) {
        const fault = faults.get(entry.fault);
        if (fault === undefined || !('decide' in fault)) continue;
        const disposition = fault.decide(entry, message, drawFor(entry.entry, message));
        if (disposition === null || disposition.action === 'pass') continue;
        if (entry.trigger.kind === 'message') spent.add(entry.entry);
        log.start(entry, { conn: message.conn, op: message.op, call: message.call });
        if (SEVERITY.indexOf(disposition.action) >= SEVERITY.indexOf(best.disposition.action)) continue;
        best = { disposition, entries: [...best.entries, entry.entry] };
      }
      if (best.disposition.action === 'hold' && best.held === undefined) {
        const [entry] = best.entries;
        if (entry !== undefined) best = { ...best, held: hold(entry, 'reply-passes', best.disposition.delayMsMax) };
      }
      return best;
    },
    gateway(message) {
      if (isHealed || message.direction !== 'request') return null;
      for (const entry of fitting(message)) {
        const fault = faults.get(entry.fault);
        if (fault !== undefined && 'afterMs' in fault) return { entry: entry.entry, afterMs: fault.afterMs(entry) };
      }
      return null;
    },
    passed() {
      const [first] = [...holds].filter((waiting) => waiting.kind === 'reply-passes');
      first?.release(true);
    },
    struck(entry) {
      spent.add(entry);
      for (const waiting of [...holds]) if (waiting.entry === entry) waiting.release(false);
    },
    heal() {
      isHealed = true;
      for (const waiting of [...holds]) waiting.release(true);
    },
  };
}
