import { expect, it } from 'vitest';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { createMomentWatcher } from './moment-watcher.ts';

it('recognises the first read that shows a task waiting for input, of the planned call alone', () => {
  const h = createHistory({ calls: 2 });
  h.ok(11, h.create(10, 1), { task: taskOf(1) });
  h.ok(13, h.get(12, 2, taskOf(2)), { status: 'input_required', inputs: ['a'] });
  const waiting = h.ok(15, h.get(14, 1, taskOf(1)), { status: 'input_required', inputs: ['a'] });
  h.ok(17, h.get(16, 1, taskOf(1)), { status: 'input_required', inputs: ['a'] });
  const trigger = { kind: 'event', on: 'input-required-seen', call: 1, ms: 0 } as const;
  const struck: unknown[] = [];
  const entry = { entry: 'F12#1', fault: 'F12', name: 'kill', trigger, options: {} };
  const watcher = createMomentWatcher([entry], (one, cause) => struck.push([one.entry, cause]));
  for (const event of h.events) watcher.observe(event);
  expect(struck).toEqual([['F12#1', { on: 'input-required-seen', call: 1, seq: waiting }]]);
});
