import type { Clock } from '../model/clock.ts';
import { NS_PER_MS } from '../model/clock.ts';

/** Of so many, the quickest exchange says the most: what delayed it cannot have been more than it took. */
const EXCHANGES = 16;

/** What another process said of its clocks, between two readings of ours. */
export interface Pong {
  readonly sentT: number;
  readonly receivedT: number;
  /** Ours, when it was received: ms since the epoch. */
  readonly receivedWall: number;
  /** Theirs. */
  readonly t: number;
  readonly wall: number;
}

/** How far another clock is ahead of ours. */
export interface ClockReading {
  /** When, ns of our clock. */
  readonly atT: number;
  /** Their clock of the run less ours, ns. */
  readonly aheadNs: number;
  /** Their time of day less ours, ms. */
  readonly wallAheadMs: number;
  /** No reading is wrong by more than half of what its exchange took, ms. */
  readonly uncertaintyMs: number;
}

/** Asks several times, one after another. */
export async function readClock(ask: () => Promise<Pong>): Promise<ClockReading> {
  let best: Pong | null = null;
  for (let count = 0; count < EXCHANGES; count += 1) {
    const pong = await ask();
    if (best === null || tookNs(pong) < tookNs(best)) best = pong;
  }
  if (best === null) throw new Error('expected an exchange, got none');
  const half = tookNs(best) / 2;
  const atT = best.sentT + half;
  return {
    atT,
    aheadNs: best.t - atT,
    wallAheadMs: best.wall - (best.receivedWall - half / NS_PER_MS),
    uncertaintyMs: half / NS_PER_MS,
  };
}

/** Our time for each of theirs. */
export type ClockMap = (theirT: number) => number;

/** Between two readings the other clock gains or loses evenly, and goes on so outside of them. */
export function mapClock(first: ClockReading, last: ClockReading): ClockMap {
  const span = last.atT - first.atT;
  const drift = span > 0 ? (last.aheadNs - first.aheadNs) / span : 0;
  return (theirT) => {
    const ours = theirT - first.aheadNs;
    return Math.round(ours - drift * (ours - first.atT));
  };
}

/** The clock of a process that reads the same as we do: what lies between them is known, and need not be measured. */
export interface SameClock {
  readonly aheadNs: number;
  readonly toOurs: ClockMap;
}

/** `theirOriginNs`: the monotonic clock of the machine, which both count from an instant of their own, at their zero. */
export function sameClock(theirOriginNs: bigint, clock: Pick<Clock, 'now'>): SameClock {
  const ourOriginNs = process.hrtime.bigint() - BigInt(clock.now());
  const aheadNs = Number(ourOriginNs - theirOriginNs);
  return { aheadNs, toOurs: (theirT) => theirT - aheadNs };
}

function tookNs({ sentT, receivedT }: Pong): number {
  return receivedT - sentT;
}
