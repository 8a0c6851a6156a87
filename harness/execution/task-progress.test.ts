import { expect, it } from 'vitest';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { createTaskProgress } from './task-progress.ts';

it('counts the time of a task that asked from the latest answer that was taken', () => {
  const h = createHistory({ calls: 2 });
  h.ok(11, h.create(10, 1), { task: taskOf(1) });
  h.ok(12, h.create(11, 2), { task: taskOf(2) });
  h.ok(31, h.update(30, 1, taskOf(1), ['a']));
  h.info(41, h.update(40, 1, taskOf(1), ['b']), 'reset');
  h.done(51, h.get(50, 2, taskOf(2)));
  const progress = createTaskProgress(h.plan);
  for (const event of h.events) progress.observe(event);
  expect(progress.acked()).toEqual([
    { task: taskOf(1), call: 1, agent: 1, ackedT: 11e6, answeredT: 31e6, isOver: false },
    { task: taskOf(2), call: 2, agent: 1, ackedT: 12e6, answeredT: 0, isOver: true },
  ]);
});
