import { describe, expect, it } from 'vitest';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { kindOf } from './failure-kind.ts';

/** A server that crashes with this error, and then does not know task 1. */
function lostAfter(error: string) {
  const history = createHistory({ calls: 1 });
  history.ok(1, history.create(0, 1), { task: taskOf(1), status: 'working' });
  history.add(2, { kind: 'note', topic: 'crash', text: error });
  history.boot(40);
  const denied = history.fail(51, history.get(50, 1, taskOf(1)), 'not-found');
  history.add(60, { kind: 'note', topic: 'crash', text: 'Error: too late to be to blame' });
  return { events: history.events, denied };
}

const lost = (invariant: string, denied: number) => ({
  checker: 'lost-tasks',
  finding: { invariant, message: 'denied', events: [1, denied] },
});

describe('the kind of a failure', () => {
  it('is the error that ended the server meanwhile, without its ids, and not the invariant it led to', () => {
    const one = lostAfter('Error: Task with ID 3f9a20c1 not found');
    const other = lostAfter('Error: Task with ID 77b0aa12 not found');
    const kind = 'lost-tasks after Error: Task with ID # not found';
    expect(kindOf(lost('S1', one.denied), one.events)).toBe(kind);
    expect(kindOf(lost('S2', other.denied), other.events)).toBe(kind);
    const third = lostAfter('Error: Not connected');
    expect(kindOf(lost('S1', third.denied), third.events)).toBe('lost-tasks after Error: Not connected');
  });

  it('is the checker and the invariant where the server had not ended by itself meanwhile', () => {
    const { events } = lostAfter('Error: Not connected');
    expect(kindOf(lost('S1', 1), events)).toBe('S1 lost-tasks');
    const after = { checker: 'early-expiry', finding: { invariant: 'S21', message: 'gone', events: [3, 4] } };
    expect(kindOf(after, events)).toBe('S21 early-expiry');
  });
});
