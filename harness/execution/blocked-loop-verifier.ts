import { nsOf } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import type { FaultLog } from './fault-log.ts';

/** What a busy wait may be off by: it looks at a clock of whole ms. */
const SLACK_MS = 5;

/** A call that blocks its process, from the begin of its work on. Times in ns from run start. */
interface Block {
  readonly entry: PlannedFault;
  readonly begun: number;
  /** The process that has begun it; undefined: there is but one. */
  readonly process: string | undefined;
  /** When the process was heard of last. */
  heard: number;
}

/**
 * Proves that a call blocked its process (F18): its effect came, or its task was seen to end, as long after its work had begun as
 * was planned. Where somebody else took the task over and ended it sooner, the process itself tells: a request to it was left
 * without an answer for half of that time or more, and nothing else was heard from it meanwhile.
 */
export function verifyBlockedLoops(
  plan: Plan,
  log: Pick<FaultLog, 'start' | 'verified' | 'stop'>,
): (event: Event) => void {
  const entries = new Map<number, PlannedFault>();
  for (const entry of plan.faults) {
    if (entry.fault === 'F18' && entry.trigger.kind === 'call') entries.set(entry.trigger.call, entry);
  }
  if (entries.size === 0) return () => {};
  const blocks = new Map<number, Block>();
  const callsOfReads = new Map<number, number>();
  const processes = new Map<number, string | undefined>();
  const sent = new Map<string, number>();

  const done = (call: number, { entry }: Block) => {
    entries.delete(call);
    blocks.delete(call);
    log.stop(entry.entry);
  };
  const ended = (call: number, at: number) => {
    const block = blocks.get(call);
    if (block === undefined || at - block.begun < plannedNs(block.entry) - nsOf(SLACK_MS)) return;
    log.verified(block.entry.entry, { call, blockedMs: (at - block.begun) / 1e6 });
    done(call, block);
  };
  const answered = (process: string | undefined, since: number, at: number) => {
    for (const [call, block] of blocks) {
      if (block.process !== process) continue;
      const silent = at - Math.max(since, block.heard);
      block.heard = at;
      if (silent < plannedNs(block.entry) / 2) continue;
      log.verified(block.entry.entry, { call, silentMs: silent / 1e6 });
      done(call, block);
    }
  };
  return (event) => {
    if (event.kind === 'proc' && event.phase === 'spawn') processes.set(event.boot, event.process);
    if (entries.size === 0) return;
    if (event.kind === 'fx' && event.call !== null) {
      const entry = entries.get(event.call);
      if (event.phase === 'begin' && entry !== undefined && !blocks.has(event.call)) {
        const process = processes.get(event.boot);
        blocks.set(event.call, { entry, begun: event.at, process, heard: event.at });
        log.start(entry, { call: event.call });
      } else if (event.phase === 'commit') {
        ended(event.call, event.at);
        const block = blocks.get(event.call);
        if (block !== undefined) done(event.call, block);
      }
    } else if (event.kind === 'inv' && entries.has(event.call)) callsOfReads.set(event.seq, event.call);
    else if (event.kind === 'ok') {
      const call = callsOfReads.get(event.of);
      callsOfReads.delete(event.of);
      if (call !== undefined && isTerminal(event.status)) ended(call, event.t);
    } else if (event.kind === 'frame' && event.rpcId !== undefined) {
      const request = `${event.conn} ${event.rpcId}`;
      if (event.dir === 'out' && event.type === 'request') sent.set(request, event.t);
      else if (event.dir === 'in' && event.type === 'response') {
        const since = sent.get(request);
        sent.delete(request);
        if (since !== undefined) answered(event.process, since, event.t);
      }
    } else if (event.kind === 'note' && event.topic === 'drained') {
      for (const [call, block] of blocks) done(call, block);
    }
  };
}

function plannedNs({ options }: PlannedFault): number {
  return nsOf(Number(options.forMs));
}
