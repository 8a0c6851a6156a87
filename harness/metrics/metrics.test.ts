import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PlannedFault } from '../model/plan.ts';
import { loadUnit } from '../model/registry.ts';
import { metrics } from './index.ts';
import { createStory, type Story } from './testing/story.ts';

/** A trend of these few samples, as percentile rules want it. */
function few(samples: readonly number[], censored = 0, unit = 'ms') {
  const ascending = [...samples].sort((a, b) => a - b);
  const total = samples.reduce((sum, sample) => sum + sample, 0);
  const middle = ascending.length / 2;
  const p50 =
    ascending.length < 2
      ? null
      : ascending.length % 2 === 1
        ? (ascending[Math.floor(middle)] ?? null)
        : ((ascending[middle - 1] ?? 0) + (ascending[middle] ?? 0)) / 2;
  return {
    type: 'trend',
    unit,
    count: samples.length,
    censored,
    min: ascending[0] ?? null,
    mean: samples.length === 0 ? null : total / samples.length,
    p50,
    p90: null,
    p95: null,
    p99: null,
    max: ascending.at(-1) ?? null,
  };
}

const rate = (numerator: number, denominator: number) => ({
  type: 'rate',
  numerator,
  denominator,
  value: Math.round((numerator / denominator) * 1e6) / 1e6,
});
const counter = (value: number, unit: string) => ({ type: 'counter', unit, value });

/** Call n: sent, acked as task t<n> with a poll interval of 100 ms. */
function acked(story: Story, call: number, sentMs: number, ackMs: number) {
  const seq = story.create(sentMs, call, { key: `key-${call}` });
  story.ok(ackMs, seq, { task: `t${call}`, status: 'working', pollMs: 100 });
}

/** One good poll that shows this status. */
function poll(story: Story, call: number, sentMs: number, status: 'working' | 'completed') {
  const seq = story.read(sentMs, call, `t${call}`);
  story.ok(sentMs + 5, seq, { task: `t${call}`, status, pollMs: 100 });
}

/** One call from end to end: ack at 20, begin 30, commit 230, polls at 120 (working) and 250 (completed, seen at 255). */
function goodStory(): Story {
  const story = createStory(1);
  acked(story, 1, 10, 20);
  story.begin(30, 1);
  poll(story, 1, 120, 'working');
  story.commit(230, 1);
  poll(story, 1, 250, 'completed');
  story.finish(256, 1, 't1');
  story.audit(300);
  story.end(400);
  return story;
}

describe('the registry', () => {
  it('has one file a metric, named by its id, and knows every file', () => {
    const shared = [
      'index',
      'timeline',
      'rate',
      'continuation',
      'binding',
      'arrival',
      'poll-model',
      'policy-fit',
      'callback',
      'load-window',
      'outage',
    ];
    const files = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => file.slice(0, -3))
      .filter((name) => !shared.includes(name));
    expect(Object.keys(metrics).sort()).toEqual(files.sort());
    for (const [id, line] of Object.entries(metrics)) expect(line.meta.id).toBe(id);
  });

  it.each(Object.keys(metrics))('%s is null for a run in which nothing happened', async (id) => {
    expect(await createStory(2).measure(id)).toBeNull();
  });

  it.each(Object.keys(metrics))('%s gives the type and unit its meta says, or null', async (id) => {
    const value = await goodStory().measure(id);
    const meta = metrics[id]?.meta;
    if (value === null) return;
    expect(value.type).toBe(meta?.type);
    if (value.type !== 'rate') expect(value.unit).toBe(meta?.unit);
  });
});

describe('one good call', () => {
  it.each([
    ['ack-latency', few([10])],
    ['queue-wait', few([10])],
    ['service', few([200])],
    ['detection-lag', few([25])],
    ['end-to-end', few([246])],
    ['client-timeouts', rate(0, 1)],
    ['gateway-timeouts', counter(0, 'requests')],
    ['polls', counter(2, 'requests')],
    ['polls-per-task', few([2], 0, 'polls')],
    ['useful-polls', rate(1, 2)],
    ['informative-polls', rate(1, 2)],
    ['poll-burst', rate(2, 2)],
    ['poll-peak', counter(2, 'requests/s')],
    ['interval-compliance', rate(2, 2)],
    ['wasted-bytes', null],
    ['orphans-unreferenced', counter(0, 'tasks')],
    ['duplicate-effects', counter(0, 'effects')],
    ['binding-accuracy', rate(1, 1)],
    ['continuations-correct', rate(1, 1)],
    ['continuations-lost', counter(0, 'calls')],
    ['recovery-time', null],
    ['orphans-post-cancel', null],
    ['inversion-degree', null],
    ['generator-lateness', null],
  ])('%s', async (id, expected) => {
    expect(await goodStory().measure(id)).toEqual(expected);
  });
});

describe('latency', () => {
  it('counts from the intended start, and calls without a receipt are censored', async () => {
    const story = createStory(2);
    const late = story.create(50, 1, { intended: 10e6 });
    story.ok(60, late, { task: 't1', status: 'working' });
    story.info(5060, story.create(60, 2), 'timeout');
    expect(await story.measure('ack-latency')).toEqual(few([50], 1));
  });

  it('a call that was retried is acked by the retry, from its first intended start', async () => {
    const story = createStory(1);
    story.info(100, story.create(10, 1), 'reset');
    story.ok(140, story.create(120, 1, { attempt: 2 }), { task: 't1', status: 'working' });
    expect(await story.measure('ack-latency')).toEqual(few([130]));
  });

  it('percentiles need 1/(1-p) samples', async () => {
    const story = createStory(20);
    for (let call = 1; call <= 20; call += 1) acked(story, call, call * 100, call * 100 + call);
    const value = await story.measure('ack-latency');
    expect(value).toEqual({
      type: 'trend',
      unit: 'ms',
      count: 20,
      censored: 0,
      min: 1,
      mean: 10.5,
      p50: 10.5,
      p90: 18.1,
      p95: 19.05,
      p99: null,
      max: 20,
    });
  });

  it('work that began before its receipt arrived waited 0; work that never began is censored', async () => {
    const story = createStory(2);
    story.begin(5, 1);
    acked(story, 1, 1, 10);
    acked(story, 2, 1, 12);
    expect(await story.measure('queue-wait')).toEqual(few([0], 1));
  });

  it('a target that reports commits only has no queue wait and no service time', async () => {
    const story = createStory(1);
    acked(story, 1, 1, 10);
    story.commit(100, 1);
    expect(await story.measure('queue-wait')).toBeNull();
    expect(await story.measure('service')).toBeNull();
  });

  it('a target whose effects cannot be ordered has no service time, though its history may hold begins', async () => {
    const story = createStory(1, { facts: { effects: 'counts' } });
    story.begin(5, 1);
    story.commit(100, 1);
    expect(await story.measure('service')).toBeNull();
  });

  it('service is that of the run that committed, not of one that died; work cut off is censored', async () => {
    const story = createStory(2);
    story.begin(5, 1);
    story.begin(500, 1);
    story.commit(620, 1);
    story.begin(10, 2);
    expect(await story.measure('service')).toEqual(few([120], 1));
  });

  it('work that fails on purpose is not censored for want of a commit', async () => {
    const story = createStory(1, { call: { tool: 'failing' } });
    story.begin(5, 1);
    expect(await story.measure('service')).toBeNull();
  });

  it('without effects the lag counts from the terminal time that the server states', async () => {
    const story = createStory(1, { facts: { effects: 'none' } });
    acked(story, 1, 1, 10);
    story.ok(305, story.read(300, 1, 't1'), { task: 't1', status: 'completed', lastUpdatedAt: story.date(250) });
    expect(await story.measure('detection-lag')).toEqual(few([55]));
  });

  it('a task only the final read saw finished is censored in the detection lag', async () => {
    const story = createStory(1);
    acked(story, 1, 1, 10);
    story.commit(100, 1);
    story.audit(500);
    story.ok(505, story.read(501, 1, 't1', { agent: 'auditor', as: 1 }), { task: 't1', status: 'completed' });
    expect(await story.measure('detection-lag')).toEqual(few([], 1));
    expect(await story.measure('end-to-end')).toEqual(few([], 1));
  });

  it('a notification can be what showed the task finished', async () => {
    const story = createStory(1);
    acked(story, 1, 1, 10);
    story.commit(100, 1);
    story.add(104, { kind: 'push', conn: 'a1', task: 't1', status: 'completed' });
    expect(await story.measure('detection-lag')).toEqual(few([4]));
  });

  it('generator lateness counts arrivals that could not be started as censored', async () => {
    const story = createStory(1);
    story.add(1, { kind: 'gen', lateness: 2e6, call: 1 });
    story.add(2, { kind: 'gen', dropped: 2 });
    expect(await story.measure('generator-lateness')).toEqual(few([2], 2));
  });
});

describe('unanswered requests', () => {
  it('the curve falls as answers come; lost replies and gateway answers never fall', async () => {
    const story = createStory(4);
    story.ok(100, story.create(0, 1), { task: 't1' });
    story.ok(8000, story.create(0, 2), { task: 't2' });
    story.info(8001, story.create(0, 3), 'reset');
    story.info(8700, story.create(0, 4), 'http', { http: 424, gateway: true });
    story.end(200_000);
    expect(await story.measure('response-survival')).toEqual({
      type: 'curve',
      unit: 'ratio',
      count: 4,
      at: {
        700: 0.75,
        1000: 0.75,
        3000: 0.75,
        6000: 0.75,
        7000: 0.75,
        10000: 0.5,
        12000: 0.5,
        30000: 0.5,
        60000: 0.5,
        120000: 0.5,
      },
    });
    expect(await story.measure('gateway-timeouts')).toEqual(counter(1, 'requests'));
    expect(await story.measure('client-timeouts')).toEqual(rate(0, 4));
  });

  it('a request still open at the end is censored there, and what nobody watched long enough is left out', async () => {
    const story = createStory(2);
    story.create(0, 1);
    story.ok(2000, story.create(1000, 2), { task: 't2' });
    story.end(5000);
    expect(await story.measure('response-survival')).toEqual({
      type: 'curve',
      unit: 'ratio',
      count: 2,
      at: { 700: 1, 1000: 0.5, 3000: 0.5 },
    });
  });

  it('an error the server itself sent is an answer', async () => {
    const story = createStory(2);
    story.info(10, story.create(0, 1), 'http', { code: -32603, answered: true });
    story.fail(12, story.create(0, 2), 'full');
    const value = await story.measure('response-survival');
    expect(value?.type === 'curve' && value.at['700']).toBe(0);
  });

  it('a client that stopped waiting is a client timeout, whatever the server does later', async () => {
    const story = createStory(2);
    story.info(5000, story.create(0, 1), 'timeout');
    story.ok(10, story.create(0, 2), { task: 't2' });
    expect(await story.measure('client-timeouts')).toEqual(rate(1, 2));
  });
});

describe('polling', () => {
  it('leaves the final reads of the harness out', async () => {
    const story = goodStory();
    story.ok(310, story.read(305, 1, 't1', { agent: 'auditor', as: 1 }), { task: 't1', status: 'completed' });
    expect(await story.measure('polls')).toEqual(counter(2, 'requests'));
    expect(await story.measure('polls-per-task')).toEqual(few([2], 0, 'polls'));
  });

  it('fetching a result that a poll showed to be there is no poll; waiting for it by a blocking fetch is one', async () => {
    const story = goodStory();
    story.ok(260, story.read(257, 1, 't1', { op: 'result' }), { task: 't1', status: 'completed' });
    expect(await story.measure('polls')).toEqual(counter(2, 'requests'));
    const waiter = createStory(1);
    acked(waiter, 1, 0, 10);
    waiter.ok(300, waiter.read(11, 1, 't1', { op: 'result' }), { task: 't1', status: 'completed' });
    expect(await waiter.measure('polls')).toEqual(counter(1, 'requests'));
    expect(await waiter.measure('useful-polls')).toEqual(rate(1, 1));
  });

  it('an answer nobody got informs nobody; a new status message and "no such task" do', async () => {
    const story = createStory(1);
    acked(story, 1, 0, 10);
    story.info(60, story.read(50, 1, 't1'), 'reset');
    story.ok(105, story.read(100, 1, 't1'), { task: 't1', status: 'working', statusMessage: 'step 2' });
    story.ok(205, story.read(200, 1, 't1'), { task: 't1', status: 'working', statusMessage: 'step 2' });
    story.fail(305, story.read(300, 1, 't1'), 'not-found');
    expect(await story.measure('informative-polls')).toEqual(rate(2, 4));
    expect(await story.measure('useful-polls')).toEqual(rate(0, 4));
    expect(await story.measure('polls-per-task')).toEqual(few([], 1, 'polls'));
  });

  it('the interval is the one named last, and the first poll is measured from the receipt', async () => {
    const story = createStory(1);
    acked(story, 1, 0, 10);
    story.ok(55, story.read(50, 1, 't1'), { task: 't1', status: 'working', pollMs: 1000 });
    story.ok(905, story.read(900, 1, 't1'), { task: 't1', status: 'working' });
    story.ok(1855, story.read(1850, 1, 't1'), { task: 't1', status: 'working' });
    expect(await story.measure('interval-compliance')).toEqual(rate(1, 3));
  });

  it('50 tasks polled together at 1, 3, 7 and 15 s peak at 50 a second over a mean of 13.333', async () => {
    const story = createStory(50);
    for (let call = 1; call <= 50; call += 1) acked(story, call, 0, 1);
    for (const second of [1, 3, 7, 15]) {
      for (let call = 1; call <= 50; call += 1)
        poll(story, call, second * 1000 + 1, second === 15 ? 'completed' : 'working');
    }
    expect(await story.measure('poll-peak')).toEqual(counter(50, 'requests/s'));
    expect(await story.measure('poll-burst')).toEqual(rate(50, 13.333));
  });

  it('bytes come from the frames of that request alone; a poll that told nothing new wastes them', async () => {
    const story = createStory(1);
    acked(story, 1, 0, 10);
    for (const [sentMs, status] of [
      [100, 'working'],
      [200, 'completed'],
    ] as const) {
      const seq = story.read(sentMs, 1, 't1', { rpcId: 7 });
      story.frame(sentMs + 1, 7, 'out', 100);
      story.frame(sentMs + 2, 7, 'in', 301);
      story.ok(sentMs + 3, seq, { task: 't1', status });
    }
    expect(await story.measure('wasted-bytes')).toEqual(counter(401, 'bytes'));
    expect(await story.measure('poll-tokens')).toEqual(counter(201, 'tokens'));
  });

  it('a blocking server has no tasks, so polling is not measured at all', async () => {
    const story = createStory(1);
    story.ok(300, story.create(0, 1), { status: 'completed' });
    expect(await story.measure('polls')).toBeNull();
    expect(await story.measure('polls-per-task')).toBeNull();
    expect(await story.measure('detection-lag')).toBeNull();
  });
});

describe('polls and lag beside the policy', () => {
  const DOUBLING = { id: 'exponential', options: { initialMs: 1000, factor: 2, capMs: 30_000 } };
  /** One task, acked at 10, with polls due at 1010, 3010, 7010 and 15010; the last of those given sees it completed. */
  function polled(commitMs: number, sentMs: readonly number[], lost: readonly number[] = []): Story {
    const story = createStory(1, { backoff: DOUBLING });
    acked(story, 1, 0, 10);
    story.commit(commitMs, 1);
    for (const atMs of sentMs) {
      if (lost.includes(atMs)) story.fail(atMs + 1, story.read(atMs, 1, 't1'), 'refused');
      else poll(story, 1, atMs, atMs === sentMs.at(-1) ? 'completed' : 'working');
    }
    return story;
  }
  async function errorsOf(story: Story) {
    const [polls, lag] = [await story.measure('policy-polls-error'), await story.measure('policy-lag-error')];
    return [polls?.type === 'trend' ? polls.max : null, lag?.type === 'trend' ? lag.max : null];
  }

  it('a task that is polled as planned costs what the policy costs, and one round trip', async () => {
    const story = polled(5000, [1012, 3012, 7012]);
    expect(await story.measure('policy-polls-error')).toEqual(few([0], 0, 'polls'));
    expect(await story.measure('policy-lag-error')).toEqual(few([7]));
  });

  it('a poll too many, and one that comes late, show', async () => {
    expect(await errorsOf(polled(5000, [1010, 3010, 5500, 7010]))).toEqual([1, 5]);
    expect(await errorsOf(polled(5000, [1010, 3010, 9010]))).toEqual([0, 2005]);
  });

  it('a poll that found nobody there is no error of the policy: the next one is to find the task', async () => {
    expect(await errorsOf(polled(5000, [1010, 3010, 7010, 15_010], [7010]))).toEqual([0, 5]);
    expect(await errorsOf(polled(5000, [1010, 3010, 7010, 15_010]))).toEqual([1, 8005]);
  });

  it('a read that lost its session and was repeated in a new one is one poll', async () => {
    const story = createStory(1, { backoff: DOUBLING });
    acked(story, 1, 0, 10);
    story.commit(500, 1);
    story.info(1015, story.read(1010, 1, 't1'), 'session-lost', { answered: true });
    poll(story, 1, 1030, 'completed');
    expect(await errorsOf(story)).toEqual([0, 25]);
    expect(await story.measure('interval-compliance')).toEqual(rate(1, 1));
  });

  it('a task that ends within a round trip of a poll may be found by it or by the next', async () => {
    expect(await errorsOf(polled(3012, [1010, 3010]))).toEqual([0, 5]);
    expect(await errorsOf(polled(3008, [1010, 3010, 7010]))).toEqual([0, 5]);
  });

  it('is not measured for hints, blocking calls and tasks whose end nobody can date; an unseen end is censored', async () => {
    expect(await goodStory().measure('policy-lag-error')).toBeNull();
    const moved = createStory(1, { backoff: DOUBLING, call: { policy: 'moved-on' } });
    acked(moved, 1, 0, 10);
    expect(await moved.measure('policy-lag-error')).toBeNull();
    const undated = createStory(1, { backoff: DOUBLING });
    acked(undated, 1, 0, 10);
    poll(undated, 1, 1010, 'completed');
    expect(await undated.measure('policy-polls-error')).toBeNull();
    const unseen = createStory(1, { backoff: DOUBLING });
    acked(unseen, 1, 0, 10);
    poll(unseen, 1, 1010, 'working');
    expect(await unseen.measure('policy-polls-error')).toEqual(few([], 1, 'polls'));
  });
});

describe('orphans', () => {
  const finalRead = (story: Story, atMs: number, task: string, status: 'working' | 'completed') =>
    story.ok(atMs + 1, story.read(atMs, 1, task, { agent: 'auditor', as: 1 }), { task, status });

  it('a task with no end after its time is stuck; one whose time is not over is not', async () => {
    const story = createStory(2, { slaMs: 1000 });
    acked(story, 1, 0, 10);
    acked(story, 2, 0, 1500);
    story.audit(2000);
    finalRead(story, 2000, 't1', 'working');
    finalRead(story, 2001, 't2', 'working');
    expect(await story.measure('orphans-stuck')).toEqual(counter(1, 'tasks'));
  });

  it('a result nobody collected is unclaimed', async () => {
    const story = goodStory();
    finalRead(story, 310, 't1', 'completed');
    expect(await story.measure('orphans-unclaimed')).toEqual(counter(0, 'tasks'));
    const unread = createStory(1);
    acked(unread, 1, 0, 10);
    unread.audit(2000);
    finalRead(unread, 2000, 't1', 'completed');
    expect(await unread.measure('orphans-unclaimed')).toEqual(counter(1, 'tasks'));
  });

  it('work under a lost receipt is unreferenced, unless a retry with the same key got hold of it', async () => {
    const lost = createStory(2);
    lost.commit(50, 1);
    lost.info(60, lost.create(0, 1, { key: 'key-1' }), 'reset');
    lost.commit(55, 2);
    lost.info(61, lost.create(0, 2, { key: 'key-2' }), 'reset');
    lost.ok(80, lost.create(70, 2, { key: 'key-2', attempt: 2 }), { task: 't2' });
    expect(await lost.measure('orphans-unreferenced')).toEqual(counter(1, 'tasks'));
  });

  it('a retry without a key leaves the first piece of work unreferenced if both committed', async () => {
    const story = createStory(2, { call: { key: null } });
    story.info(60, story.create(0, 1), 'reset');
    story.ok(80, story.create(70, 1, { attempt: 2 }), { task: 't1' });
    story.commit(90, 1);
    story.commit(95, 1);
    story.info(160, story.create(100, 2), 'reset');
    story.ok(180, story.create(170, 2, { attempt: 2 }), { task: 't2' });
    story.commit(190, 2);
    expect(await story.measure('orphans-unreferenced')).toEqual(counter(1, 'tasks'));
  });

  it('a task the server does not know is a ghost; after its time to live, or with a dead session, it is not', async () => {
    const story = createStory(3);
    acked(story, 1, 0, 10);
    const seq = story.create(0, 2);
    story.ok(10, seq, { task: 't2', status: 'working', createdAt: story.date(5), ttlMs: 100 });
    acked(story, 3, 0, 10);
    story.fail(500, story.read(490, 1, 't1'), 'not-found');
    story.fail(501, story.read(491, 2, 't2'), 'not-found');
    story.info(502, story.read(492, 3, 't3'), 'session-lost');
    expect(await story.measure('orphans-ghost')).toEqual(counter(1, 'tasks'));
  });

  it('an effect after an acknowledged cancel is counted; after a refused one it is not', async () => {
    const story = createStory(2);
    acked(story, 1, 0, 10);
    acked(story, 2, 0, 10);
    story.ok(30, story.cancel(20, 1, 't1'), { task: 't1', status: 'cancelled' });
    story.fail(31, story.cancel(21, 2, 't2'), 'refused');
    story.commit(50, 1);
    story.commit(51, 2);
    expect(await story.measure('orphans-post-cancel')).toEqual(counter(1, 'tasks'));
  });
});

describe('duplicates', () => {
  it('a second task, effect, delivery and next step of one call each count once', async () => {
    const story = goodStory();
    story.ok(280, story.create(270, 1, { probe: true, key: 'key-1' }), { task: 't1-again', status: 'working' });
    story.commit(290, 1);
    story.finish(295, 1, 't1');
    expect(await story.measure('duplicate-creates')).toEqual(counter(1, 'tasks'));
    expect(await story.measure('duplicate-effects')).toEqual(counter(1, 'effects'));
    expect(await story.measure('duplicate-knows')).toEqual(counter(1, 'deliveries'));
    expect(await story.measure('duplicate-continuations')).toEqual(counter(1, 'steps'));
    expect(await story.measure('continuations-duplicated')).toEqual(counter(1, 'calls'));
  });
});

describe('recovery', () => {
  it('counts from an exit a fault caused to the first good reply to a request sent after it', async () => {
    const story = createStory(2);
    const before = story.create(5, 1);
    story.add(100, { kind: 'proc', boot: 1, phase: 'exit', by: 'F12#1' });
    story.ok(101, before, { task: 't1', status: 'working' });
    story.info(150, story.create(120, 2), 'reset');
    story.ok(420, story.create(400, 2, { attempt: 2 }), { task: 't2', status: 'working' });
    story.add(500, { kind: 'proc', boot: 2, phase: 'exit', by: 'F12#2' });
    story.add(900, { kind: 'proc', boot: 3, phase: 'exit', by: 'harness' });
    expect(await story.measure('recovery-time')).toEqual(few([320], 1));
  });
});

describe('the way through an outage', () => {
  const kill = (entry: string): PlannedFault => ({
    ...{ entry, fault: 'F12', name: 'kill', options: {} },
    trigger: { kind: 'event', on: 'acked', call: 1, ms: 0 },
  });
  /** Five tasks under way when the server is killed at 100 ms and back at 200 ms; the sixth comes after that. */
  const outage = () => {
    const story = createStory(6, { slaMs: 1000 });
    for (let call = 1; call <= 5; call += 1) acked(story, call, call, call + 1);
    story.add(100, { kind: 'fault', id: 'F12', entry: 'F12#1', phase: 'start' });
    story.add(200, { kind: 'fault', id: 'F12', entry: 'F12#1', phase: 'stop' });
    const good = { status: 'completed', result: { text: 'token-1' }, echo: story.plan.calls[0]?.token ?? '' } as const;
    story.ok(260, story.read(240, 1, 't1'), { task: 't1', ...good });
    story.ok(300, story.read(290, 2, 't2'), {
      task: 't2',
      status: 'failed',
      error: { code: -32603, message: 'interrupted' },
    });
    story.fail(330, story.read(320, 3, 't3'), 'not-found');
    for (const at of [400, 410]) story.commit(at, 4);
    acked(story, 6, 500, 510);
    return story;
  };
  const measure = async (id: string, story: Story, faults: readonly PlannedFault[] = [kill('F12#1')]) => {
    const metric = await loadUnit(metrics, 'metric', id);
    return metric.measure({ plan: { ...story.plan, faults }, history: story.index() });
  };

  it('is graded for each task that was under way, and for no other', async () => {
    const story = outage();
    story.ok(5000, story.read(4990, 5, 't5'), { task: 't5', status: 'working' });
    story.audit(5100);
    story.end(6000);
    const shares = ['kept', 'failed', 'lost', 'doubled', 'zombie'].map((grade) => measure(`recovered-${grade}`, story));
    expect(await Promise.all(shares)).toEqual([1, 1, 1, 1, 1].map((one) => rate(one, 5)));
  });

  it('lasts to the first answer to a later request, and to the end of the last of its tasks', async () => {
    const story = outage();
    expect(await measure('heal-to-answer', story)).toEqual(few([60]));
    expect(await measure('heal-to-settled', story)).toEqual(few([], 1));
    for (const call of [3, 4, 5]) {
      story.ok(900 + call, story.read(900, call, `t${call}`), { task: `t${call}`, status: 'failed' });
    }
    expect(await measure('heal-to-settled', story)).toEqual(few([705]));
  });

  it('is none where no fault lasted', async () => {
    const ids = ['recovered-kept', 'heal-to-answer', 'heal-to-settled'];
    const message = { ...kill('F12#1'), trigger: { kind: 'call', call: 1 } } as const;
    expect(await Promise.all(ids.map((id) => measure(id, outage(), [message])))).toEqual([null, null, null]);
  });
});

describe('the use of a store', () => {
  const usage = (data: Record<string, number | null>) => {
    const story = createStory(2);
    story.add(100, { kind: 'note', topic: 'store-usage', data });
    return story;
  };

  it('is what the server counted, for each task its store took', async () => {
    const story = usage({ operations: 21, tasks: 2, bytes: 4_000 });
    expect(await story.measure('store-operations')).toEqual(rate(21, 2));
    expect(await story.measure('store-bytes')).toEqual(rate(4_000, 2));
  });

  it('is not known of bytes that a process did not count, nor without a task', async () => {
    const unknownBytes = usage({ operations: 21, tasks: 2, bytes: null });
    expect(await unknownBytes.measure('store-operations')).toEqual(rate(21, 2));
    expect(await unknownBytes.measure('store-bytes')).toBeNull();
    expect(await usage({ operations: 2, tasks: 0, bytes: 0 }).measure('store-operations')).toBeNull();
    expect(await usage({ operations: null, tasks: 2, bytes: 0 }).measure('store-operations')).toBeNull();
  });
});

describe('context preservation', () => {
  /** Calls 1 and 2 are sent at 0 and 1, and known in the order given. */
  function twoResults(finish: (story: Story) => void): Story {
    const story = createStory(2);
    acked(story, 1, 0, 10);
    acked(story, 2, 1, 11);
    finish(story);
    story.end(10_000);
    return story;
  }

  it('results that arrive in the other order are inverted, and still bound right by their task', async () => {
    const story = twoResults((told) => {
      told.finish(100, 2, 't2');
      told.finish(200, 1, 't1');
    });
    expect(await story.measure('inversion-degree')).toEqual(rate(1, 1));
    expect(await story.measure('out-of-order-accuracy')).toEqual(rate(2, 2));
  });

  it('binding by order of arrival instead is misrouted', async () => {
    const story = twoResults((told) => {
      told.finish(100, 1, 't2', { echo: 'token-2' });
      told.finish(200, 2, 't1', { echo: 'token-1' });
    });
    expect(await story.measure('binding-accuracy')).toEqual(rate(0, 2));
    expect(await story.measure('continuations-misrouted')).toEqual(counter(2, 'calls'));
    expect(await story.measure('continuations-correct')).toEqual(rate(0, 2));
  });

  it('a result that carries the token of another call is bound wrong although its task is right', async () => {
    const story = twoResults((told) => told.finish(100, 1, 't1', { echo: 'token-2' }));
    expect(await story.measure('binding-accuracy')).toEqual(rate(0, 1));
  });

  it('a next step may be late or never come', async () => {
    const story = twoResults((told) => {
      told.finish(100, 1, 't1', { useMs: 1001 });
      told.finish(1200, 2, 't2', { useMs: null });
    });
    expect(await story.measure('continuations-late')).toEqual(counter(1, 'calls'));
    expect(await story.measure('continuations-lost')).toEqual(counter(1, 'calls'));
  });

  it('work planned between result and next step is no lateness', async () => {
    const story = createStory(1, { call: { busyMs: 2000 } });
    acked(story, 1, 0, 10);
    story.finish(100, 1, 't1', { useMs: 2100 });
    expect(await story.measure('continuations-correct')).toEqual(rate(1, 1));
  });

  it('an interrupted run says nothing of steps that were not yet due', async () => {
    const story = createStory(1);
    acked(story, 1, 0, 10);
    story.finish(100, 1, 't1', { useMs: null });
    expect(await story.measure('continuations-lost')).toBeNull();
  });

  it('only pairs in flight together can swap: three in order, one overtaken by a later one', async () => {
    const story = createStory(4);
    for (const [call, sentMs] of [
      [1, 0],
      [2, 10],
      [3, 500],
      [4, 510],
    ] as const)
      acked(story, call, sentMs, sentMs + 5);
    story.finish(100, 1, 't1');
    story.finish(120, 2, 't2');
    story.finish(600, 4, 't4');
    story.finish(650, 3, 't3');
    expect(await story.measure('inversion-degree')).toEqual(rate(1, 2));
    expect(await story.measure('out-of-order-accuracy')).toEqual(rate(2, 2));
  });
});

describe('callbacks', () => {
  /** Two calls whose agents wait to be called back; the work of both ends at 200 ms. */
  function waiting(options: { readonly isPlace?: boolean; readonly kind?: 'command' } = {}): Story {
    const story = createStory(2, { call: { policy: 'callback' }, ...options });
    if (options.isPlace !== false) story.add(1, { kind: 'note', topic: 'callbacks' });
    for (const call of [1, 2]) {
      acked(story, call, 10, 20);
      story.begin(30, call);
    }
    for (const call of [1, 2]) story.commit(200, call);
    return story;
  }
  const told = (story: Story, atMs: number, call: number, delivery: string, status: 'working' | 'completed') =>
    story.add(atMs, { kind: 'push', conn: 'callback', delivery, task: `t${call}`, status });
  const ids = ['callback-deliveries', 'callbacks-lost', 'callbacks-doubled', 'callback-lag'] as const;
  const all = (story: Story) => Promise.all(ids.map((id) => story.measure(id)));

  it('one came 12 ms after the end of the work; the other never, and a look found its task', async () => {
    const story = waiting();
    told(story, 212, 1, 'msg-1', 'completed');
    poll(story, 2, 300, 'completed');
    story.end(400);
    expect(await all(story)).toEqual([
      counter(1, 'deliveries'),
      counter(1, 'tasks'),
      counter(0, 'deliveries'),
      few([12], 1),
    ]);
  });

  it('one that comes after its agent has looked is late and not lost', async () => {
    const story = waiting();
    told(story, 202, 1, 'msg-1', 'completed');
    poll(story, 2, 300, 'completed');
    told(story, 700, 2, 'msg-2', 'completed');
    story.end(800);
    expect(await all(story)).toEqual([
      counter(2, 'deliveries'),
      counter(0, 'tasks'),
      counter(0, 'deliveries'),
      few([2, 500]),
    ]);
  });

  it('the same id again and an end under a second id are doubled; a state before the end is not', async () => {
    const story = waiting();
    told(story, 100, 1, 'msg-0', 'working');
    for (const atMs of [210, 220]) told(story, atMs, 1, 'msg-1', 'completed');
    told(story, 230, 2, 'msg-2', 'completed');
    told(story, 240, 2, 'msg-3', 'completed');
    story.end(400);
    expect(await story.measure('callback-deliveries')).toEqual(counter(5, 'deliveries'));
    expect(await story.measure('callbacks-doubled')).toEqual(counter(2, 'deliveries'));
    expect(await story.measure('callback-lag')).toEqual(few([10, 30]));
  });

  it('nothing is said where there was no place for them, and nothing of agents that had given up', async () => {
    const nowhere = waiting({ isPlace: false });
    poll(nowhere, 1, 300, 'completed');
    nowhere.end(400);
    expect(await all(nowhere)).toEqual([null, null, null, null]);
    const gone = waiting();
    for (const call of [1, 2]) gone.add(150, { kind: 'quit', agent: 1, call, why: 'enough' });
    poll(gone, 1, 300, 'completed');
    gone.end(400);
    expect(await all(gone)).toEqual([null, null, null, null]);
  });

  it('our server that never calls loses every one; of another nobody knows whether it can', async () => {
    const lines = (story: Story) => {
      for (const call of [1, 2]) poll(story, call, 300, 'completed');
      story.end(400);
      return story;
    };
    expect(await all(lines(waiting()))).toEqual([counter(0, 'deliveries'), counter(2, 'tasks'), null, few([], 2)]);
    expect(await all(lines(waiting({ kind: 'command' })))).toEqual([null, null, null, null]);
  });

  it('an interrupted run calls none lost that might still have come', async () => {
    const story = waiting();
    told(story, 212, 1, 'msg-1', 'completed');
    poll(story, 2, 300, 'completed');
    expect(await story.measure('callbacks-lost')).toEqual(counter(0, 'tasks'));
    expect(await story.measure('callback-lag')).toEqual(few([12]));
  });
});
