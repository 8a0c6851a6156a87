import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryStore } from '../stores/memory.ts';
import { createMemoryLedger } from '../tools/effect-ledger.ts';
import { distant } from './testing/distant-store.ts';
import { accepted, createKit, requestOf } from './testing/engine-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test.each([
  [10, 1],
  [1, 10],
  [7, 7],
])(
  'a cancel, whenever it comes, is never answered before an effect (a store %i ms away and %i ms back)',
  async (there, back) => {
    let cancelledFirst = 0;
    let committedFirst = 0;
    for (let cancelAfterMs = 0; cancelAfterMs < 90; cancelAfterMs++) {
      const known = createMemoryLedger();
      const commits: number[] = [];
      const effects = {
        begun: [],
        committed: [],
        begin: () => pause(3),
        async commit(token: string, key: string) {
          await pause(9); // The outside world takes its time as well.
          commits.push(Date.now());
          return known.commit(token, key);
        },
      };
      const { engine } = await createKit({ store: distant(await openMemoryStore(), there, back), effects });
      const submitted = accepted(engine, requestOf({ ms: 5 }));
      await vi.advanceTimersByTimeAsync(there + back);
      const { id } = await submitted;
      await vi.advanceTimersByTimeAsync(cancelAfterMs);
      let cancelledAt = Number.POSITIVE_INFINITY;
      const cancelled = engine.cancel('alice', id).then((answer) => {
        if (answer.kind === 'cancelled') cancelledAt = Date.now();
      });
      await vi.advanceTimersByTimeAsync(500);
      await cancelled;
      expect(commits.filter((at) => at >= cancelledAt)).toEqual([]);
      if (commits.length > 0) committedFirst++;
      else cancelledFirst++;
      const closed = engine[Symbol.asyncDispose]();
      await vi.advanceTimersByTimeAsync(3_000);
      await closed;
    }
    expect(cancelledFirst).toBeGreaterThan(0);
    expect(committedFirst).toBeGreaterThan(0);
  },
);
