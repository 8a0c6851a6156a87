import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exponential } from '../backoffs/exponential.ts';
import { fixed } from '../backoffs/fixed.ts';
import { serverHint } from '../backoffs/server-hint.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PlannedFault } from '../model/plan.ts';
import { blocking } from './blocking.ts';
import { movedOn } from './moved-on.ts';
import { poller } from './poller.ts';
import { ACKED, createBench, DONE, GONE, RESET, WORKING } from './testing/agent-bench.ts';
import { waiter } from './waiter.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const doneAfter = (ms: number) => (atMs: number) => (atMs >= ms ? DONE : WORKING);
const fault = (id: string, options: PlannedFault['options']): PlannedFault => ({
  entry: `${id}#1`,
  fault: id,
  name: id,
  trigger: { kind: 'call', call: 1 },
  options,
});

describe('a server that limits polls', () => {
  const limited = (retryAfterMs: number): Outcome => ({
    type: 'fail',
    reason: 'rate-limited',
    answered: true,
    retryAfterMs,
  });
  const patient = { get: [{ outcome: limited(3000) }, { outcome: DONE }], backoff: fixed };

  it.each([poller, movedOn, waiter, blocking])('is asked again when it said so by $meta.id', async (policy) => {
    const log = await createBench(patient).run(policy);
    expect(log.filter((line) => line.includes('get'))).toEqual(['1000 get k1', '4000 get k1']);
    expect(log).toContain('4000 know k1');
  });
  it.each([waiter, blocking])('is asked again when it said so in the blocking fetch, by $meta.id', async (policy) => {
    const result = [{ outcome: limited(3000) }, { outcome: DONE }];
    const bench = createBench({
      backoff: fixed,
      wire: { hasBlockingResult: true },
      get: [{ outcome: WORKING }],
      result,
    });
    const log = await bench.run(policy);
    const sent = log.filter((line) => line.includes(' result '));
    expect(sent.map((line) => Number.parseFloat(line))).toEqual(policy === waiter ? [1000, 4000] : [0, 3000]);
  });
  it('refuses a call until later: the call is sent again then', async () => {
    const create = [{ outcome: limited(2000) }, { outcome: WORKING }];
    const log = await createBench({ backoff: fixed, create }).run(poller);
    expect(log.filter((line) => line.includes('create'))).toEqual(['0 create #1 key=key1', '2000 create #2 key=key1']);
  });
  it('is no reason to wait longer than the time limit', async () => {
    const log = await createBench({ backoff: fixed, get: [{ outcome: limited(600_000) }], deadlineMs: 5000 }).run(
      poller,
    );
    expect(log.slice(-2)).toEqual(['5000 quit not terminal within the time limit', '5000 end']);
  });
});

describe('poller', () => {
  it('polls at exactly 1, 3, 7 and 15 s after the receipt, and goes on once', async () => {
    const log = await createBench({ backoff: exponential, get: doneAfter(12_000) }).run(poller);
    expect(log).toEqual([
      '0 create #1 key=key1',
      '1000 get k1',
      '3000 get k1',
      '7000 get k1',
      '15000 get k1',
      '15000 know k1',
      '15000 bind k1 tk1',
      '15000 use k1',
      '15000 end',
    ]);
  });

  it('counts from the receipt and lets slow replies make no drift', async () => {
    const get = [
      { outcome: WORKING, takesMs: 400 },
      { outcome: WORKING, takesMs: 700 },
      { outcome: DONE, takesMs: 1 },
    ];
    const log = await createBench({ backoff: exponential, create: [{ outcome: WORKING, takesMs: 50 }], get }).run(
      poller,
    );
    expect(log.filter((line) => line.includes('get'))).toEqual(['1050 get k1', '3050 get k1', '7050 get k1']);
  });

  it('polls at once, not several times, when a reply outlasted the wait', async () => {
    const get = [{ outcome: WORKING, takesMs: 350 }, { outcome: WORKING }, { outcome: DONE }];
    const bench = createBench({ backoff: fixed, backoffOptions: { intervalMs: 100 }, get });
    const log = await bench.run(poller);
    expect(log.filter((line) => line.includes('get'))).toEqual(['100 get k1', '450 get k1', '550 get k1']);
  });

  it('obeys the latest hint of the server, also after a late poll', async () => {
    const hinted = (pollMs: number): Outcome => ({ type: 'ok', task: 'k1', status: 'working', pollMs, shape: [] });
    const bench = createBench({
      backoff: serverHint,
      create: [{ outcome: hinted(500) }],
      get: [{ outcome: hinted(500), takesMs: 700 }, { outcome: hinted(2000) }, { outcome: DONE }],
    });
    const log = await bench.run(poller);
    // The second poll is late by the first one's 200 ms; the third keeps the new distance from when it was sent.
    expect(log.filter((line) => line.includes('get'))).toEqual(['500 get k1', '1200 get k1', '3200 get k1']);
  });

  it('repeats reads that failed in their turn', async () => {
    const get = [{ outcome: RESET }, { outcome: RESET }, { outcome: DONE }];
    const log = await createBench({ backoff: exponential, get }).run(poller);
    expect(log.slice(1, 5)).toEqual(['1000 get k1', '3000 get k1', '7000 get k1', '7000 know k1']);
  });

  it('believes that a task is lost after two confirming reads', async () => {
    const bench = createBench({ backoff: fixed, get: [{ outcome: WORKING }, { outcome: GONE }] });
    expect(await bench.run(poller)).toEqual([
      '0 create #1 key=key1',
      '1000 get k1',
      '2000 get k1',
      '3000 get k1',
      '4000 get k1',
      '4000 quit lost: the server does not know task k1 any more',
      '4000 end',
    ]);
  });

  it('counts missing reads from the start when the task is there again', async () => {
    const get = [{ outcome: GONE }, { outcome: GONE }, { outcome: WORKING }, { outcome: GONE }, { outcome: DONE }];
    const log = await createBench({ backoff: fixed, get }).run(poller);
    expect(log.at(-2)).toBe('5000 use k1');
  });

  it('looks a last time at its time limit and gives up', async () => {
    const bench = createBench({ backoff: exponential, get: () => WORKING, deadlineMs: 10_000 });
    const log = await bench.run(poller);
    expect(log.slice(-3)).toEqual(['10000 get k1', '10000 quit not terminal within the time limit', '10000 end']);
  });

  it('waits longer when the limit moves while it waits', async () => {
    let limitMs = 10_000;
    setTimeout(() => {
      limitMs = 40_000;
    }, 9000);
    const bench = createBench({ backoff: exponential, get: doneAfter(15_000), deadlineMs: () => limitMs });
    expect((await bench.run(poller)).at(-2)).toBe('15000 use k1');
  });

  it('fetches the result where a read does not carry it', async () => {
    const seen: Outcome = { type: 'ok', task: 'k1', status: 'completed', shape: [] };
    const fetched: Outcome = { type: 'ok', task: 'k1', echo: 'tk1', shape: [] };
    const bench = createBench({
      backoff: fixed,
      get: [{ outcome: seen }],
      result: [{ outcome: RESET }, { outcome: fetched }],
      wire: { getCarriesResult: false, hasBlockingResult: true },
    });
    expect((await bench.run(poller)).slice(1)).toEqual([
      '1000 get k1',
      '1000 result k1',
      '1100 result k1',
      '1100 know k1',
      '1100 bind k1 tk1',
      '1100 use k1',
      '1100 end',
    ]);
  });

  it('takes the answer of a server that has the result at once', async () => {
    const now: Outcome = { type: 'ok', status: 'completed', echo: 'tk1', shape: [] };
    const bench = createBench({ backoff: fixed, create: [{ outcome: now, takesMs: 300 }], call: { busyMs: 50 } });
    expect(await bench.run(poller)).toEqual([
      '0 create #1 key=key1',
      '300 know call-1',
      '300 bind call-1 tk1',
      '350 act 300-350',
      '350 use call-1',
      '350 end',
    ]);
  });

  it('reads at once when the receipt of a call sent again says that the task is done', async () => {
    const done: Outcome = { type: 'ok', task: 'k1', status: 'completed', shape: [] };
    const create = [{ outcome: RESET }, { outcome: done }];
    expect((await createBench({ backoff: fixed, create }).run(poller)).slice(1, 4)).toEqual([
      '100 create #2 key=key1',
      '100 get k1',
      '100 know k1',
    ]);
  });

  it('goes on after failed work as well', async () => {
    const failed: Outcome = { type: 'ok', task: 'k1', status: 'failed', error: { code: -1, message: 'no' }, shape: [] };
    const log = await createBench({ backoff: fixed, get: [{ outcome: failed }] }).run(poller);
    expect(log.slice(2, 5)).toEqual(['1000 know k1', '1000 bind k1 -', '1000 use k1']);
  });

  it('cancels in time, and learns how that ended', async () => {
    const cancelled: Outcome = { type: 'ok', task: 'k1', status: 'cancelled', shape: [] };
    const bench = createBench({
      backoff: fixed,
      get: [{ outcome: WORKING }, { outcome: cancelled }],
      cancel: [{ outcome: RESET }, { outcome: WORKING }],
      call: { cancelAfterMs: 1500 },
      wire: { getCarriesResult: false },
    });
    expect((await bench.run(poller)).slice(1, 5)).toEqual([
      '1000 get k1',
      '1500 cancel k1',
      '1600 cancel k1',
      '2000 get k1',
    ]);
  });

  it('cancels what is already done when it races, and goes on with the result all the same', async () => {
    const bench = createBench({
      backoff: fixed,
      call: { cancelAfterMs: 5000 },
      faults: [fault('F28', { offsetMs: 0, spreadMs: 50 })],
    });
    expect(await bench.run(poller)).toEqual([
      '0 create #1 key=key1',
      '1000 get k1',
      '1000 know k1',
      '1000 bind k1 tk1',
      '1000 use k1',
      '5000 cancel k1',
      '5000 end',
    ]);
  });

  it('comes back to its call when it is told to, and not before', async () => {
    const log = await createBench({ backoff: fixed, call: { fetchAfterMs: 30_000 } }).run(poller);
    expect(log.slice(0, 3)).toEqual(['0 create #1 key=key1', '30000 get k1', '30000 know k1']);
  });

  it('looks once when it comes back after its time limit', async () => {
    const bench = createBench({
      backoff: fixed,
      call: { fetchAfterMs: 30_000 },
      get: [{ outcome: GONE }],
      deadlineMs: 20_000,
    });
    const log = await bench.run(poller);
    expect(log.filter((line) => line.includes('get'))).toEqual(['30000 get k1']);
  });

  it('cancels nothing that is already done', async () => {
    const log = await createBench({ backoff: fixed, call: { cancelAfterMs: 5000 } }).run(poller);
    expect(log.at(-1)).toBe('1000 end');
    expect(log.some((line) => line.includes('cancel'))).toBe(false);
  });

  it('ends with the run, whatever it waits for', async () => {
    const bench = createBench({
      backoff: exponential,
      get: () => WORKING,
      abortAtMs: 4000,
      call: { cancelAfterMs: 9000 },
    });
    expect((await bench.run(poller)).at(-1)).toBe('4000 thrown: the run ended');
  });
});

describe('submitting', () => {
  it('sends again with the same key by the retry rule', async () => {
    const create = [{ outcome: RESET }, { outcome: RESET }, { outcome: WORKING }];
    const log = await createBench({ backoff: fixed, create }).run(poller);
    expect(log.slice(0, 4)).toEqual([
      '0 create #1 key=key1',
      '100 create #2 key=key1',
      '300 create #3 key=key1',
      '1300 get k1',
    ]);
  });

  it('gives up when its attempts are used', async () => {
    const log = await createBench({ backoff: fixed, create: [{ outcome: RESET }] }).run(poller);
    expect(log.slice(3)).toEqual(['700 create #4 key=key1', '700 quit no receipt in 4 attempts', '700 end']);
  });

  it('gives up when the next attempt would come after its time limit', async () => {
    const bench = createBench({ backoff: fixed, create: [{ outcome: RESET }], deadlineMs: 250 });
    expect((await bench.run(poller)).slice(1, 3)).toEqual([
      '100 create #2 key=key1',
      '100 quit no receipt within the time limit',
    ]);
  });

  for (const reason of ['full', 'rate-limited', 'session-lost', 'refused'] as const) {
    it(`tries again after ${reason}`, async () => {
      const create = [{ outcome: { type: 'fail', reason } as const }, { outcome: WORKING }];
      const log = await createBench({ backoff: fixed, create }).run(poller);
      expect(log[1]).toBe('100 create #2 key=key1');
    });
  }

  it('takes a refusal by the server itself as final', async () => {
    const refused: Outcome = {
      type: 'fail',
      reason: 'refused',
      answered: true,
      code: -32602,
      message: 'topic is missing',
    };
    const log = await createBench({ backoff: fixed, create: [{ outcome: refused }] }).run(poller);
    expect(log).toEqual(['0 create #1 key=key1', '0 quit refused: topic is missing', '0 end']);
  });

  it('loses its key where the plan says that retries carry none', async () => {
    const create = [{ outcome: RESET }, { outcome: WORKING }];
    const log = await createBench({ backoff: fixed, create, retry: { key: 'none' } }).run(poller);
    expect(log[1]).toBe('100 create #2 key=null');
  });

  it('runs out of patience and sends again at once (F9)', async () => {
    const create = [{ outcome: WORKING, takesMs: 5000 }, { outcome: WORKING }];
    for (const [key, expected] of [
      ['same', 'key1'],
      ['none', 'null'],
    ]) {
      const bench = createBench({ backoff: fixed, create, faults: [fault('F9', { key: key ?? '', afterMs: 300 })] });
      const log = await bench.run(poller);
      expect(log.slice(0, 2).map((line) => line.split(' ').slice(1).join(' '))).toEqual([
        'create #1 key=key1',
        `create #2 key=${expected}`,
      ]);
    }
  });

  it('makes a new key that is not the old one (F9)', async () => {
    const create = [{ outcome: WORKING, takesMs: 5000 }, { outcome: WORKING }];
    const bench = createBench({ backoff: fixed, create, faults: [fault('F9', { key: 'new', afterMs: 300 })] });
    const [, second] = await bench.run(poller);
    expect(second).toMatch(/^300 create #2 key=[0-9a-f]{32}$/);
  });

  it('repeats an acked call beside the waiting, until it is answered (F8)', async () => {
    const create = [{ outcome: WORKING }, { outcome: RESET }, { outcome: WORKING }];
    const bench = createBench({ backoff: fixed, create, faults: [fault('F8', { form: 'probe', afterMs: 950 })] });
    expect(await bench.run(poller)).toEqual([
      '0 create #1 key=key1',
      '950 create #2 key=key1 probe',
      '1000 get k1',
      '1000 know k1',
      '1000 bind k1 tk1',
      '1000 use k1',
      '1050 create #3 key=key1 probe',
      '1050 end',
    ]);
  });

  it('leaves duplicate deliveries to the wire (F8)', async () => {
    const bench = createBench({ backoff: fixed, faults: [fault('F8', { form: 'delivery', afterMs: 0 })] });
    expect((await bench.run(poller)).filter((line) => line.includes('create'))).toEqual(['0 create #1 key=key1']);
  });
});

describe('waiter', () => {
  it('looks once and then waits in the blocking fetch', async () => {
    const bench = createBench({
      backoff: fixed,
      get: [{ outcome: WORKING }],
      result: [
        { outcome: { type: 'info', reason: 'timeout' }, takesMs: 3000 },
        { outcome: DONE, takesMs: 500 },
      ],
      wire: { hasBlockingResult: true, getCarriesResult: false },
    });
    expect((await bench.run(waiter)).slice(1, 5)).toEqual([
      '1000 get k1',
      '1000 result k1',
      '4100 result k1',
      '4600 know k1',
    ]);
  });

  it('polls where there is no blocking fetch', async () => {
    const log = await createBench({ backoff: fixed, get: doneAfter(2500) }).run(waiter);
    expect(log.slice(1, 5)).toEqual(['1000 get k1', '2000 get k1', '3000 get k1', '3000 know k1']);
  });

  it('knows a lost task in the blocking fetch too', async () => {
    const bench = createBench({
      backoff: fixed,
      get: [{ outcome: WORKING }],
      result: [{ outcome: GONE }],
      wire: { hasBlockingResult: true },
    });
    expect((await bench.run(waiter)).slice(-2)).toEqual([
      '1300 quit lost: the server does not know task k1 any more',
      '1300 end',
    ]);
  });
});

describe('blocking', () => {
  it('goes straight to the blocking fetch', async () => {
    const bench = createBench({
      backoff: fixed,
      result: [{ outcome: DONE, takesMs: 800 }],
      wire: { hasBlockingResult: true },
    });
    expect((await bench.run(blocking)).slice(0, 3)).toEqual(['0 create #1 key=key1', '0 result k1', '800 know k1']);
  });
});

describe('moved-on', () => {
  it('does other work until a piece of it ends after the result came in', async () => {
    const bench = createBench({ backoff: fixed, get: doneAfter(2000), call: { busyMs: 700 } });
    expect(await bench.run(movedOn)).toEqual([
      '0 create #1 key=key1',
      '700 act 0-700',
      '1000 get k1',
      '1400 act 700-1400',
      '2000 get k1',
      '2100 act 1400-2100',
      '2100 know k1',
      '2100 bind k1 tk1',
      '2100 use k1',
      '2100 end',
    ]);
  });

  it('stops working for a task that is lost', async () => {
    const bench = createBench({ backoff: fixed, get: [{ outcome: GONE }], call: { busyMs: 2000 } });
    expect((await bench.run(movedOn)).slice(-3)).toEqual([
      '3000 quit lost: the server does not know task k1 any more',
      '4000 act 2000-4000',
      '4000 end',
    ]);
  });
});

describe('a task that waits for input', () => {
  const asks = (...inputs: string[]): Outcome => ({
    type: 'ok',
    task: 'k1',
    status: 'input_required',
    inputs,
    shape: [],
  });
  const byUpdate = { answersBy: 'update' } as const;
  const byResult = { answersBy: 'result', hasBlockingResult: true, getCarriesResult: false } as const;
  const everySecond = { backoff: fixed, backoffOptions: { intervalMs: 1000 } };
  const talk = (log: readonly string[]) => log.filter((line) => /get|update|result|quit|know/.test(line));

  it('is answered once a key, also while the server still shows it', async () => {
    const get = [asks('a'), asks('a'), asks('a', 'b'), DONE].map((outcome) => ({ outcome }));
    const log = await createBench({ ...everySecond, get, wire: byUpdate }).run(poller);
    expect(talk(log)).toEqual([
      '1000 get k1',
      '1000 update k1 a',
      '2000 get k1',
      '3000 get k1',
      '3000 update k1 b',
      '4000 get k1',
      '4000 know k1',
    ]);
  });

  it('is answered again when the acknowledgement was lost and the key is still there', async () => {
    const get = [asks('a'), asks('a'), DONE].map((outcome) => ({ outcome }));
    const update = [{ outcome: RESET }, { outcome: ACKED }];
    const log = await createBench({ ...everySecond, get, update, wire: byUpdate }).run(poller);
    expect(talk(log)).toEqual([
      '1000 get k1',
      '1000 update k1 a',
      '2000 get k1',
      '2000 update k1 a',
      '3000 get k1',
      '3000 know k1',
    ]);
  });

  it('is polled on while its agent thinks, and not answered after it has ended', async () => {
    const get = [asks('a'), asks('a'), asks('a'), DONE].map((outcome) => ({ outcome }));
    const call = { answerAfterMs: 1500 };
    const log = await createBench({ ...everySecond, get, wire: byUpdate, call }).run(poller);
    expect(talk(log)).toEqual([
      '1000 get k1',
      '2000 get k1',
      '2500 update k1 a',
      '3000 get k1',
      '4000 get k1',
      '4000 know k1',
    ]);
    const late = await createBench({ ...everySecond, get, wire: byUpdate, call: { answerAfterMs: 60_000 } }).run(
      poller,
    );
    expect(talk(late)).toEqual(['1000 get k1', '2000 get k1', '3000 get k1', '4000 get k1', '4000 know k1']);
  });

  it('has tasks/result opened at once where the question comes there, and polls go on', async () => {
    const get = [asks(), asks(), WORKING, DONE].map((outcome) => ({ outcome }));
    const result = [{ outcome: DONE, takesMs: 2500 }];
    const log = await createBench({ ...everySecond, get, result, wire: byResult }).run(poller);
    expect(talk(log)).toEqual(['1000 get k1', '1000 result k1', '2000 get k1', '3000 get k1', '4000 know k1']);
  });

  it('has tasks/result opened again when that broke, and fetched once more when it never came', async () => {
    const get = [asks(), asks(), DONE].map((outcome) => ({ outcome }));
    const result = [{ outcome: RESET, takesMs: 500 }, { outcome: RESET, takesMs: 200 }, { outcome: DONE }];
    const log = await createBench({ ...everySecond, get, result, wire: byResult }).run(poller);
    expect(talk(log)).toEqual([
      '1000 get k1',
      '1000 result k1',
      '2000 get k1',
      '2000 result k1',
      '3000 get k1',
      '3000 result k1',
      '3000 know k1',
    ]);
  });

  it('is waited for in tasks/result alone by one who looks only once', async () => {
    const result = [{ outcome: DONE, takesMs: 700 }];
    const log = await createBench({ ...everySecond, get: [{ outcome: asks() }], result, wire: byResult }).run(waiter);
    expect(talk(log)).toEqual(['1000 get k1', '1000 result k1', '1700 know k1']);
  });

  it('is left alone where nobody has an answer, until the time limit', async () => {
    const log = await createBench({ ...everySecond, get: [{ outcome: asks('a') }], deadlineMs: 2500 }).run(poller);
    expect(talk(log)).toEqual([
      '1000 get k1',
      '2000 get k1',
      '2500 get k1',
      '2500 quit not terminal within the time limit',
    ]);
  });

  it('ends with the run, in the middle of a thought or of a fetch', async () => {
    const get = [{ outcome: asks('a') }];
    const thinking = { ...everySecond, get, wire: byUpdate, call: { answerAfterMs: 9000 }, abortAtMs: 1500 };
    expect((await createBench(thinking).run(poller)).at(-1)).toBe('1500 thrown: the run ended');
    const result = [{ outcome: DONE, takesMs: 9000 }];
    const fetching = { ...everySecond, get, result, wire: byResult, abortAtMs: 1500 };
    expect((await createBench(fetching).run(poller)).at(-1)).toBe('1500 thrown: the run ended');
  });
});
