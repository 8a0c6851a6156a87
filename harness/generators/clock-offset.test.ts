import { describe, expect, it } from 'vitest';
import { mapClock, readClock } from './clock-offset.ts';

/** A clock that was 5 s ahead at our zero and gains 50 µs a second; its time of day is 2 ms ahead. */
const theirs = (ourT: number) => ourT * 1.00005 + 5e9;

/** Exchanges that take so long one way and so long the other, ns. */
const exchanges = (ways: readonly (readonly [there: number, back: number])[], fromT = 0) => {
  let count = 0;
  return async () => {
    const [there, back] = ways[count % ways.length] ?? [0, 0];
    const sentT = fromT + count * 1e6;
    count += 1;
    const receivedT = sentT + there + back;
    const wall = 1_000 + (sentT + there) / 1e6;
    return { sentT, receivedT, receivedWall: 1_000 + receivedT / 1e6, t: theirs(sentT + there), wall: wall + 2 };
  };
};

describe('the clock of another process', () => {
  it('is read off the quickest exchange, and by no more wrong than half of it', async () => {
    const reading = await readClock(
      exchanges([
        [900_000, 100_000],
        [40_000, 60_000],
        [10_000, 400_000],
      ]),
    );
    expect(reading.uncertaintyMs).toBeCloseTo(0.05, 6);
    expect(Math.abs(reading.aheadNs - 5e9)).toBeLessThanOrEqual(50_000 + 1_000);
    expect(Math.abs(reading.wallAheadMs - 2)).toBeLessThanOrEqual(0.05);
  });

  it('that runs faster than ours is followed from one reading to the next', async () => {
    const even = [[20_000, 20_000]] as const;
    const first = await readClock(exchanges(even));
    const last = await readClock(exchanges(even, 600e9));
    const toOurs = mapClock(first, last);
    for (const ourT of [0, 60e9, 300e9, 600e9]) {
      expect(Math.abs(toOurs(theirs(ourT)) - ourT)).toBeLessThan(5_000);
    }
    // With the first reading alone it would be wrong by 30 ms at the end.
    expect(Math.abs(mapClock(first, first)(theirs(600e9)) - 600e9)).toBeGreaterThan(25e6);
  });
});
