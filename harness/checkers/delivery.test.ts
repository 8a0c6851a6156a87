import { expect, it } from 'vitest';
import type { FrameBody } from '../model/event.ts';
import { indexHistory } from '../model/history-index.ts';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { commitsAllowed } from './delivery.ts';

type End = 'ok' | 'fail' | 'info' | null;

interface Attempt {
  readonly key?: string;
  /** What became of its request and its copies; empty: no frame was kept. */
  readonly sent: readonly FrameBody['action'][];
  readonly end: End;
}

function allowed(attempts: readonly Attempt[]): number {
  const h = createHistory({ calls: 1 });
  for (const [index, { key, sent, end }] of attempts.entries()) {
    const [atMs, rpcId] = [10 * (index + 1), index + 1];
    const named = key === undefined ? {} : { key };
    const told = { op: 'create', call: 1, attempt: rpcId, agent: 1, conn: 'a1', rpcId, intended: 0 } as const;
    const seq = h.add(atMs, { kind: 'inv', ...told, ...named });
    for (const action of sent) h.frame(atMs, { conn: 'a1', rpcId, action });
    // What came back is no delivery, whatever became of it.
    for (const action of ['drop', 'dup'] as const)
      h.frame(atMs, { conn: 'a1', rpcId, dir: 'in', type: 'response', action });
    if (end === 'ok') h.add(atMs, { kind: 'ok', of: seq, shape: [], task: taskOf(1) });
    else if (end !== null) h.add(atMs, { kind: end, of: seq, reason: 'timeout' });
  }
  const index = indexHistory(h.plan, h.history());
  const [call] = index.calls;
  if (call === undefined) throw new Error('expected a call');
  return commitsAllowed(call, index, h.plan);
}

const unsure: Attempt = { sent: ['pass'], end: 'info' };

it.each<readonly [string, readonly Attempt[], number]>([
  ['a call that was never sent may commit once all the same', [], 1],
  ['without a key each attempt counts', [unsure, unsure, { sent: ['pass'], end: 'ok' }], 3],
  ['one without an end counts', [unsure, { sent: ['pass'], end: null }], 2],
  ['one that was refused does not', [unsure, { sent: ['pass'], end: 'fail' }], 1],
  ['one that was dropped on its way does not', [unsure, { sent: ['drop'], end: 'info' }], 1],
  ['one that was cut does not', [unsure, { sent: ['cut'], end: 'info' }], 1],
  ['one of whose frames only one was dropped does', [unsure, { sent: ['drop', 'pass'], end: 'info' }], 2],
  ['one whose frames were not kept does', [unsure, { sent: [], end: 'info' }], 2],
  ['each copy that was delivered counts one more', [{ sent: ['pass', 'dup', 'dup'], end: 'ok' }], 3],
  [
    'with a key every key counts one, however often it was sent',
    [
      { ...unsure, key: 'a' },
      { ...unsure, key: 'a' },
    ],
    1,
  ],
  [
    'and two keys two',
    [
      { ...unsure, key: 'a' },
      { sent: ['pass', 'dup'], end: 'ok', key: 'b' },
    ],
    2,
  ],
  ['keys and attempts without one add up', [{ ...unsure, key: 'a' }, unsure], 2],
])('%s', (_title, attempts, count) => {
  expect(allowed(attempts)).toBe(count);
});
