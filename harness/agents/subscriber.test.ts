import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixed } from '../backoffs/fixed.ts';
import { subscriber } from './subscriber.ts';
import { type BenchOptions, createBench, DONE, GONE, WORKING } from './testing/agent-bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const doneAfter = (ms: number) => (atMs: number) => (atMs >= ms ? DONE : WORKING);
const sentBy = async (options: Omit<BenchOptions, 'backoff'>) => {
  const log = await createBench({ backoff: fixed, ...options }).run(subscriber);
  return log.filter((line) => /follow|get|know|quit/.test(line));
};

describe('subscriber', () => {
  it('reads when it is told something, and takes the result from the read', async () => {
    expect(await sentBy({ news: { atMs: [300, 900] }, get: doneAfter(800) })).toEqual([
      ...['0 follow k1', '300 get k1', '900 get k1', '900 know k1'],
    ]);
  });

  it('looks every five seconds all the same: news may be lost', async () => {
    expect(await sentBy({ news: { atMs: [] }, get: doneAfter(7_000) })).toEqual([
      ...['0 follow k1', '5000 get k1', '10000 get k1', '10000 know k1'],
    ]);
  });

  it('looks when its stream has ended, and opens another', async () => {
    expect(await sentBy({ news: { atMs: [], endsAtMs: 1_000 }, get: doneAfter(1_200) })).toEqual([
      ...['0 follow k1', '1000 get k1', '1100 follow k1', '2100 get k1', '2100 know k1'],
    ]);
  });

  it('polls where nothing is told', async () => {
    expect(await sentBy({ get: doneAfter(1_500) })).toEqual(['1000 get k1', '2000 get k1', '2000 know k1']);
  });

  it('believes that its task is lost after three reads, and gives up at its time limit', async () => {
    expect((await sentBy({ news: { atMs: [] }, get: [{ outcome: GONE }] })).at(-1)).toBe(
      '15000 quit lost: the server does not know task k1 any more',
    );
    expect((await sentBy({ news: { atMs: [] }, get: [{ outcome: WORKING }], deadlineMs: 7_000 })).at(-1)).toBe(
      '7000 quit not terminal within the time limit',
    );
  });

  it('comes again when the server says so, without waiting for more news', async () => {
    const limited = { type: 'fail', reason: 'rate-limited', answered: true, retryAfterMs: 2_000 } as const;
    const get = [{ outcome: limited }, { outcome: DONE }];
    expect(await sentBy({ news: { atMs: [300] }, get })).toEqual([
      ...['0 follow k1', '300 get k1', '2300 get k1', '2300 know k1'],
    ]);
  });
});
