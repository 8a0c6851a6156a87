import type { LoadStage } from '../model/planned-load.ts';
import type { Prng } from '../model/prng.ts';

/**
 * The instants at which arrivals come over the stages, ms after the start, to the µs. Even: at exact distances; by chance: each
 * independent of all others (a Poisson process of that rate), as of people who do not know of each other.
 */
export function scheduleOf(stages: readonly LoadStage[], draw: Prng | null): readonly number[] {
  const instants: number[] = [];
  let startMs = 0;
  /** How many arrivals must have come due for the next one. */
  let next = draw === null ? 0 : distance(draw);
  let before = 0;
  for (const stage of stages) {
    const count = ((stage.from + stage.to) / 2) * (stage.forMs / 1000);
    // What a hair of rounding puts past the end of a stage belongs to the next one.
    while (next < before + count - 1e-9) {
      instants.push(Math.round((startMs + instantIn(stage, next - before)) * 1000) / 1000);
      next += draw === null ? 1 : distance(draw);
    }
    before += count;
    startMs += stage.forMs;
  }
  return instants;
}

/** ms into a stage at which so many arrivals have come due: from·t + (to − from)·t² / 2T = count, solved for t. */
function instantIn({ forMs, from, to }: LoadStage, count: number): number {
  const seconds = forMs / 1000;
  const slope = (to - from) / seconds;
  // The form of the root that divides by nothing small, also where the rate is even.
  return (2000 * count) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * count)) || 1);
}

/** Exponential with mean 1. */
function distance(draw: Prng): number {
  return -Math.log(1 - draw.float());
}
