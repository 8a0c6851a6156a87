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
  /** Entries that struck and have not stopped. */
  active(): readonly string[];
}

export function createFaultLog(plan: Plan, recorder: Recorder): FaultLog {
  const planned = new Map(plan.faults.map((entry) => [entry.entry, entry]));
  const started = new Set<string>();
  const stopped = new Set<string>();
  const proofs = new Map<string, number>();
  const idOf = (entry: string) => planned.get(entry)?.fault ?? entry.replace(/#.*$/, '');
  for (const entry of plan.faults) {
    recorder.record({
      kind: 'fault',
      id: entry.fault,
      entry: entry.entry,
      phase: 'plan',
      evidence: { trigger: entry.trigger },
    });
  }
  return {
    start(entry, evidence) {
      if (started.has(entry.entry)) return;
      started.add(entry.entry);
      recorder.record({ kind: 'fault', id: entry.fault, entry: entry.entry, phase: 'start', evidence });
    },
    verified(entry, evidence) {
      const count = (proofs.get(entry) ?? 0) + 1;
      proofs.set(entry, count);
      if (count === 1) recorder.record({ kind: 'fault', id: idOf(entry), entry, phase: 'verified', evidence });
    },
    stop(entry, evidence = {}) {
      if (!started.has(entry) || stopped.has(entry)) return;
      stopped.add(entry);
      recorder.record({
        kind: 'fault',
        id: idOf(entry),
        entry,
        phase: 'stop',
        evidence: { ...evidence, strikes: proofs.get(entry) ?? 0 },
      });
    },
    active: () => [...started].filter((entry) => !stopped.has(entry)),
  };
}
