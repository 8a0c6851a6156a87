import type { Evidence } from '../model/fault.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import type { Recorder } from './recorder.ts';

/** Writes what became of every planned entry into the history: plan, start, verified, stop. */
export interface FaultLog {
  /** The entry struck; only the first strike of an entry is written. */
  start(entry: PlannedFault, evidence: Evidence): void;
  /** Proof that it bit; only the first is written, later ones are counted. */
  verified(entry: string, evidence: Evidence): void;
  stop(entry: string, evidence?: Evidence): void;
  /** Verified; and over as well, where the entry aims at one message or one call only. */
  proven(entry: string, evidence: Evidence): void;
  /** Entries that struck and have not stopped. */
  active(): readonly string[];
}

export function createFaultLog(plan: Plan, recorder: Pick<Recorder, 'record'>): FaultLog {
  const planned = new Map(plan.faults.map((entry) => [entry.entry, entry]));
  const started = new Set<string>();
  const stopped = new Set<string>();
  const proofs = new Map<string, number>();
  const write = (entry: string, phase: 'plan' | 'start' | 'verified' | 'stop', evidence: Evidence) => {
    const id = planned.get(entry)?.fault ?? entry.replace(/#.*$/, '');
    recorder.record({ kind: 'fault', id, entry, phase, evidence });
  };
  const verified = (entry: string, evidence: Evidence) => {
    const count = (proofs.get(entry) ?? 0) + 1;
    proofs.set(entry, count);
    if (count === 1) write(entry, 'verified', evidence);
  };
  const stop = (entry: string, evidence: Evidence = {}) => {
    if (!started.has(entry) || stopped.has(entry)) return;
    stopped.add(entry);
    write(entry, 'stop', { ...evidence, strikes: proofs.get(entry) ?? 0 });
  };
  for (const entry of plan.faults) write(entry.entry, 'plan', { trigger: entry.trigger });
  return {
    start(entry, evidence) {
      if (started.has(entry.entry)) return;
      started.add(entry.entry);
      write(entry.entry, 'start', evidence);
    },
    verified,
    stop,
    proven(entry, evidence) {
      verified(entry, evidence);
      if (planned.get(entry)?.trigger.kind !== 'messages') stop(entry);
    },
    active: () => [...started].filter((entry) => !stopped.has(entry)),
  };
}
