import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../model/clock.ts';
import { type Event, type EventBody, HISTORY_SCHEMA } from '../model/event.ts';
import { readHistory } from '../model/history.ts';
import { emptyHistograms } from '../model/latency-histograms.ts';
import { LOAD_START } from '../model/load.ts';
import { samplePlan } from '../model/testing/sample-plan.ts';
import { mergeHistories } from './history-merge.ts';
import { type Harvest, Member } from './member.ts';

const RUN: EventBody = { kind: 'run', schema: HISTORY_SCHEMA, startedAt: '2026-01-01T00:00:00.000Z', time: 'real' };
const MS = 1e6;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Events at ms of the clock of who writes them. */
function lines(events: readonly (readonly [ms: number, body: EventBody])[]): string {
  return events
    .map(([ms, body], seq): Event => ({ seq, t: ms * MS, wall: ms, ...body }))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

/** What a generator brought whose clock is behind ours by so much. */
function brought(name: string, behindMs: number, events: readonly (readonly [ms: number, body: EventBody])[]): Harvest {
  const history = join(folder, `${name}.jsonl.gz`);
  writeFileSync(history, gzipSync(lines([[0, RUN], ...events])));
  const link = {
    name,
    tell: async () => {},
    onMessage: () => {},
    lost: new Promise<never>(() => {}),
    [Symbol.asyncDispose]: async () => {},
  };
  const member = new Member({ link, share: samplePlan(), clock: createSystemClock() });
  const reading = { atT: 0, aheadNs: -behindMs * MS, wallAheadMs: -behindMs, uncertaintyMs: 0.1 };
  const toOurs = (t: number) => t + behindMs * MS;
  return { member, history, toOurs, isSameClock: true, histograms: emptyHistograms(), readings: [reading, reading] };
}

const create = (call: number, intendedMs: number): EventBody => ({
  ...{ kind: 'inv', op: 'create', call, attempt: 1, agent: call, conn: `a${call}`, rpcId: 1 },
  intended: intendedMs * MS,
});
const answered = (of: number, task: string): EventBody => ({ kind: 'ok', of, task, status: 'working' });
const effect = (call: number, atMs: number, seen = false): EventBody => ({
  ...{ kind: 'fx', token: `token-${call}`, call, phase: 'commit', boot: 1, at: atMs * MS },
  ...(seen && { seen }),
});
const started = (ms: number): EventBody => ({ kind: 'note', topic: LOAD_START, data: { originT: ms * MS } });

async function merged(
  own: readonly (readonly [ms: number, body: EventBody])[],
  harvests: readonly Harvest[],
  lostCalls: readonly number[] = [],
) {
  const path = join(folder, 'own.jsonl');
  writeFileSync(path, lines([[0, RUN], ...own]));
  const heard: Event[] = [];
  const to = join(folder, 'history.jsonl');
  const { effectsLeftOut } = await mergeHistories({
    ...{ own: path, harvests, lostCalls: new Set(lostCalls), slowestLoop: null, to },
    onEvent: (event) => heard.push(event),
  });
  // Reading it checks that no number is missing.
  const { events } = await readHistory(to);
  expect(heard).toEqual(events);
  return { events, effectsLeftOut };
}

describe('the histories of several generators', () => {
  it('become one, in the order of our clock, each end with its own request', async () => {
    const own: (readonly [number, EventBody])[] = [[500, { kind: 'note', topic: 'drained' }]];
    const first = brought('g1', 100, [
      [0, started(0)],
      [10, create(1, 10)],
      [40, answered(2, 'x')],
    ]);
    const second = brought('g2', 0, [
      [100, started(100)],
      [120, create(2, 115)],
      [130, answered(2, 'y')],
    ]);
    const { events } = await merged(own, [first, second]);
    const told = events.map((event) => [
      event.seq,
      event.t / MS,
      event.kind,
      'of' in event ? event.of : 'conn' in event ? event.conn : '',
    ]);
    expect(told).toEqual([
      [0, 0, 'run', ''],
      [1, 100, 'note', ''],
      [2, 110, 'inv', 'a1-g1'],
      [3, 120, 'inv', 'a2-g2'],
      [4, 130, 'ok', 3],
      [5, 140, 'ok', 2],
      [6, 500, 'note', ''],
    ]);
    expect(events.flatMap((event) => (event.kind === 'inv' ? [(event.intended ?? 0) / MS] : []))).toEqual([110, 115]);
  });

  it('have effects where they happened, and before the answer where nobody says when that was', async () => {
    const own: (readonly [number, EventBody])[] = [
      // Seen when the ledger was looked at, after the answers.
      [44, effect(1, 31)],
      [44, effect(2, 44, true)],
      [500, { kind: 'note', topic: 'drained' }],
    ];
    const part = brought('g1', 0, [
      [10, create(1, 10)],
      [20, create(2, 20)],
      [35, answered(1, 'x')],
      [41, answered(2, 'y')],
    ]);
    const { events } = await merged(own, [part]);
    const told = events.flatMap((event) =>
      event.kind === 'fx' ? [`commit ${event.call} ${event.at / MS}`] : event.kind === 'ok' ? [`ok ${event.task}`] : [],
    );
    expect(told).toEqual(['commit 1 31', 'ok x', 'commit 2 39', 'ok y']);
  });

  it('leave out what the calls of a lost part did, and say how much that was', async () => {
    const own: (readonly [number, EventBody])[] = [
      [10, effect(1, 9)],
      [12, effect(2, 11)],
      [14, effect(2, 13)],
    ];
    const { events, effectsLeftOut } = await merged(own, [], [2]);
    expect(effectsLeftOut).toBe(2);
    expect(events.map(({ kind }) => kind)).toEqual(['run', 'fx']);
  });
});
