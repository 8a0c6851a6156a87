import { ackLatencyNs } from '../metrics/ack-latency.ts';
import { loadWindow } from '../metrics/load-window.ts';
import { intendedT } from '../metrics/timeline.ts';
import { msOf } from '../model/clock.ts';
import type { Drift } from '../model/drift.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import { RESOURCES } from '../model/load.ts';
import type { Plan } from '../model/plan.ts';
import { type Reading, slopeOf } from '../model/slope.ts';

/** What grows by less than this over a whole run is no leak that anybody would look for. */
const GROWTH_MIN = 0.05;

/** Memory and handles of every process, the lowest of each part of the run; latencies, the middle of each. After the warm-up. */
export function driftsOf(plan: Plan, history: HistoryIndex): readonly Drift[] {
  const window = loadWindow(plan, history);
  if (window === null) return [];
  const isIn = ({ t }: { readonly t: number }) => t >= window.fromT && t <= window.toT;
  const held = new Map<string, { readonly memory: Reading[]; readonly handles: Reading[] }>();
  for (const note of history.notes) {
    if (note.topic !== RESOURCES) continue;
    const { process, memoryMiB, handles } = note.data ?? {};
    if (typeof process !== 'string' || typeof memoryMiB !== 'number' || typeof handles !== 'number') continue;
    const known = held.get(process) ?? { memory: [], handles: [] };
    // In the order of the first reading of all: the window may begin between the readings of two processes.
    held.set(process, known);
    if (!isIn(note)) continue;
    known.memory.push({ t: note.t, value: memoryMiB });
    known.handles.push({ t: note.t, value: handles });
  }
  const seen = [...held].filter(([, { memory }]) => memory.length > 0);
  const resources = seen.flatMap(([process, { memory, handles }]) => [
    driftOf(`memory of ${process}`, 'MiB', memory, 'low'),
    driftOf(`handles of ${process}`, '', handles, 'low'),
  ]);
  const receipts = history.calls.flatMap((call): Reading[] => {
    const [t, ns] = [intendedT(call), ackLatencyNs(call)];
    return t === null || ns === null ? [] : [{ t, value: msOf(ns) }];
  });
  const reads = history.calls.flatMap(({ reads: all }) =>
    all.flatMap(({ inv, end }): Reading[] =>
      inv.agent === 'auditor' || end?.kind !== 'ok' ? [] : [{ t: inv.t, value: msOf(end.t - inv.t) }],
    ),
  );
  const latencies = [
    driftOf('latency of receipts', 'ms', receipts.filter(isIn), 'middle'),
    // A run that kept counts only let most of them go.
    ...(history.folded === null ? [driftOf('latency of reads', 'ms', reads.filter(isIn), 'middle')] : []),
  ];
  return [...resources, ...latencies];
}

function driftOf(what: string, unit: string, readings: readonly Reading[], of: 'low' | 'middle'): Drift {
  const slope = slopeOf(readings, of);
  const isSure = slope !== null && slope.low > 0;
  const isMuch = slope !== null && slope.end > slope.start * (1 + GROWTH_MIN);
  const verdict = slope === null ? 'unknown' : isSure && isMuch ? 'grows' : 'level';
  return { what, unit, readings: readings.length, slope, verdict };
}
