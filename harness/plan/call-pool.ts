import { least, most } from '../model/extreme.ts';
import type { PlannedCall } from '../model/plan.ts';
import type { Prng } from '../model/prng.ts';

/** Which calls faults may still aim at. A call is given out once. */
export interface CallPool {
  /**
   * A call that can carry a strike at the process, out of the wave at this progress (0 … 1) through the run, or the nearest
   * wave that has one. null: none is left anywhere.
   */
  takeForStrike(wish: {
    readonly progress: number;
    readonly prefers: 'short' | 'long' | 'any';
    readonly msMax: number;
    readonly among?: Among;
  }): PlannedCall | null;
  /** Calls for faults on single messages, best from waves in which nothing strikes the process. null: not enough are left. */
  takeMany(count: number, among?: Among): readonly PlannedCall[] | null;
  freeCount(among?: Among): number;
}

/** The calls that come into question; left out: all. */
export interface Among {
  /** Only those of this tool. */
  readonly tool?: string | undefined;
  /** Only those between these shares of all calls in order of arrival. */
  readonly during?: readonly [from: number, until: number] | undefined;
}

const ALL = [0, 1] as const;

/** Waves are the calls that run at about the same time: the n-th call of every agent. */
export function createCallPool(calls: readonly PlannedCall[], draw: Prng): CallPool {
  const waves = new Map<number, number>();
  const positions = new Map<number, number>();
  for (const { call, agent } of calls) {
    const wave = positions.get(agent) ?? 0;
    positions.set(agent, wave + 1);
    waves.set(call, wave);
  }
  const waveCount = Math.max(0, most(waves.values())) + 1;
  const shuffled = draw.shuffle(calls);
  const taken = new Set<number>();
  const struckWaves = new Set<number>();
  const waveOf = ({ call }: PlannedCall) => waves.get(call) ?? 0;
  const ranks = new Map(calls.map(({ call }, rank) => [call, rank]));
  const isDuring = ({ call }: PlannedCall, [from, until]: readonly [number, number]) => {
    const rank = ranks.get(call) ?? 0;
    return rank >= Math.floor(from * calls.length) && rank < Math.floor(until * calls.length);
  };
  const isFree = (call: PlannedCall, { tool = call.tool, during = ALL }: Among = {}) =>
    !taken.has(call.call) && isReliable(call) && call.tool === tool && isDuring(call, during);

  return {
    takeForStrike({ progress, prefers, msMax, among }) {
      const wanted = Math.min(waveCount - 1, Math.floor(progress * waveCount + waveCount * 0.1));
      const fitting = shuffled.filter((call) => isFree(call, among) && isRepeatable(call) && call.ms <= msMax);
      if (fitting.length === 0) return null;
      const distance = least(fitting.map((call) => Math.abs(waveOf(call) - wanted)));
      const near = fitting.filter((call) => Math.abs(waveOf(call) - wanted) === distance).sort((a, b) => a.ms - b.ms);
      const third = Math.max(1, Math.ceil(near.length / 3));
      const choice = prefers === 'short' ? near.slice(0, third) : prefers === 'long' ? near.slice(-third) : near;
      const call = draw.pick(choice);
      taken.add(call.call);
      struckWaves.add(waveOf(call));
      return call;
    },
    takeMany(count, among) {
      const free = shuffled.filter((call) => isFree(call, among));
      if (free.length < count) return null;
      const quiet = free.filter((call) => !struckWaves.has(waveOf(call)));
      const loud = free.filter((call) => struckWaves.has(waveOf(call)));
      const chosen = [...quiet, ...loud].slice(0, count).sort((a, b) => a.call - b.call);
      for (const { call } of chosen) taken.add(call);
      return chosen;
    },
    freeCount: (among) => shuffled.filter((call) => isFree(call, among)).length,
  };
}

/** A call that may be refused at once, or cancelled, may never send the message that a fault waits for. */
function isReliable({ tool, cancelAfterMs }: PlannedCall): boolean {
  return tool !== 'failing' && cancelAfterMs === null;
}

/** Its work runs again after another strike, so that the event waited for comes in any case. */
function isRepeatable({ mode }: PlannedCall): boolean {
  return mode === null || mode === 'repeatable';
}
