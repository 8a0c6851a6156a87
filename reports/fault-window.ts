import type { HistoryIndex } from '../harness/model/history-index.ts';
import type { Verdict } from '../harness/model/verdict.ts';

/** When a fault was at work, ns from run start. An instant has equal ends. */
export interface FaultWindow {
  /** F12 */
  readonly fault: string;
  /** F12#1 */
  readonly entry: string;
  /** kill */
  readonly name: string;
  readonly fromT: number;
  readonly toT: number;
}

/** The server was away between two instants, and why. */
export interface DownWindow {
  readonly boot: number;
  readonly fromT: number;
  readonly toT: number;
  /** F12#1, or 'server': it went by itself. */
  readonly by: string;
}

/** One window an entry: from its start (or first proof) to its stop. An entry that was never stopped counts as an instant. */
export function faultWindows(history: HistoryIndex, verdict: Verdict): readonly FaultWindow[] {
  const names = new Map(verdict.faults.map((row) => [row.id, row.name]));
  const windows = new Map<string, { fault: string; entry: string; name: string; fromT: number; toT: number }>();
  for (const { id, entry, phase, t } of history.faults) {
    if (phase === 'plan') continue;
    const window = windows.get(entry);
    if (window === undefined) {
      windows.set(entry, { fault: id, entry, name: names.get(id) ?? id, fromT: t, toT: t });
    } else if (phase === 'stop') window.toT = t;
  }
  return [...windows.values()];
}

/** Exits of the server, up to its next start. The end of the run is no fault. */
export function downWindows(history: HistoryIndex): readonly DownWindow[] {
  return history.boots.flatMap(({ boot, exit }): DownWindow[] => {
    if (exit === null || (exit.by ?? 'harness') === 'harness') return [];
    const next = history.boots.find((other) => other.boot > boot);
    return [{ boot, fromT: exit.t, toT: next?.ready?.t ?? history.endT, by: exit.by ?? '' }];
  });
}

/** Windows of one fault that overlap, joined: a hundred of them shade no darker than one. In order of time. */
export function joinedWindows(windows: readonly FaultWindow[]): readonly FaultWindow[] {
  const joined: FaultWindow[] = [];
  const latest = new Map<string, number>();
  for (const window of [...windows].sort((a, b) => a.fromT - b.fromT)) {
    const index = latest.get(window.fault);
    const before = index === undefined ? undefined : joined[index];
    if (index !== undefined && before !== undefined && window.fromT <= before.toT) {
      joined[index] = { ...before, toT: Math.max(before.toT, window.toT) };
    } else {
      latest.set(window.fault, joined.length);
      joined.push(window);
    }
  }
  return joined;
}
