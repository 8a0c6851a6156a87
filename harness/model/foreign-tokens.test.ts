import { expect, test } from 'vitest';
import { createCompactStore } from './compact-store.ts';
import type { FrameBody } from './event.ts';
import { createTokenWatch, TOLD_MAX, type TokenSearch } from './foreign-tokens.ts';
import { indexHistory } from './history-index.ts';
import { createIndexBuilder } from './history-index-builder.ts';
import { type BuilderOptions, createHistory, type HistoryBuilder, tokenOf } from './testing/history-builder.ts';

const TWO: BuilderOptions = { calls: 2, agents: 2 };

/** What is found is the same whether the events were in memory or came from a file and lost their texts. */
function search(tell: (h: HistoryBuilder) => void, options = TWO): TokenSearch {
  const h = createHistory(options);
  tell(h);
  const saved = createIndexBuilder(h.plan, createCompactStore());
  for (const event of h.events) saved.add(event);
  const index = saved.finish(false);
  expect([...index.frames].filter(({ text }) => text !== undefined)).toEqual([]);
  expect(index.foreignTokens).toEqual(indexHistory(h.plan, h.history()).foreignTokens);
  return index.foreignTokens;
}

const sent = (h: HistoryBuilder, conn: string, text: string, more: Partial<FrameBody> = {}) =>
  h.frame(10, { conn, dir: 'in', type: 'response', rpcId: 7, text, ...more });

test('finds a token that was sent to another agent, once for each agent, with the text before it', () => {
  const text = `{"statusMessage":"Queued: effect ${tokenOf(1)}","ttlMs":1}`;
  const found = search((h) => {
    sent(h, 'a1', text);
    sent(h, 'a2-3', text);
    sent(h, 'a2', text);
  });
  expect(found).toEqual({
    messages: 3,
    told: [
      {
        ...{ seq: 4, t: 10_000_000, agent: 2, call: 1, owner: 1 },
        excerpt: `{"statusMessage":"Queued: effect ${tokenOf(1)}`,
      },
    ],
  });
});

test('reads no more of a text than stands around the token', () => {
  const found = search((h) => sent(h, 'a2', `${'x'.repeat(60_000)} ${tokenOf(1)} ${'y'.repeat(60_000)}`));
  expect(found.told.map(({ excerpt }) => excerpt)).toEqual([`${'x'.repeat(39)} ${tokenOf(1)}`]);
});

test('searches only what agents were sent, and only whole words', () => {
  const found = search((h) => {
    sent(h, 'a2', tokenOf(1), { dir: 'out' });
    sent(h, 'callback', tokenOf(1));
    sent(h, 'a2', `${tokenOf(1)}-and-more`);
    h.frame(11, { conn: 'a2', dir: 'in', type: 'response', rpcId: 8 });
  });
  expect(found).toEqual({ messages: 1, told: [] });
});

test('searches nothing where the server cannot tell agents apart', () => {
  const found = search((h) => sent(h, 'a2', tokenOf(1)), { ...TWO, facts: { principals: false } });
  expect(found).toEqual({ messages: 0, told: [] });
});

test('finds tokens whatever they have in common', () => {
  const h = createHistory(TWO);
  for (const tokens of [
    ['alpha-0001', 'beta-00002'],
    ['token-0001', 'token-0002'],
    ['token-0001', 'token-0001-and-more'],
  ]) {
    const watch = createTokenWatch({
      ...h.plan,
      calls: h.plan.calls.map((call, index) => ({ ...call, token: tokens[index] ?? '' })),
    });
    const text = `of "${tokens[0]}" and "${tokens[1]}"`;
    const frame = {
      seq: 1,
      t: 1,
      wall: 1,
      kind: 'frame',
      action: 'pass',
      dir: 'in',
      type: 'response',
      bytes: 1,
    } as const;
    watch.see({ ...frame, conn: 'a1', text });
    watch.see({ ...frame, conn: 'a2', text });
    expect(watch.found().told.map(({ agent, call }) => [agent, call])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  }
});

test('stops keeping what it finds when a server tells everybody everything', () => {
  const callCount = TOLD_MAX + 10;
  const all = Array.from({ length: callCount }, (_, index) => tokenOf(index + 1)).join(' ');
  const found = search(
    (h) => {
      sent(h, 'a1', all);
      sent(h, 'a2', all);
      sent(h, 'a3', all);
    },
    { calls: callCount, agents: callCount },
  );
  expect(found.told).toHaveLength(TOLD_MAX);
  expect(found.messages).toBe(3);
  expect(new Set(found.told.map(({ agent }) => agent))).toEqual(new Set([1]));
});
