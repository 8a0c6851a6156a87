import { describe, expect, it } from 'vitest';
import { createSharedMemory, createSharedState } from './shared-state.ts';

describe('what workers share', () => {
  it('is one state seen from several places', () => {
    const memory = createSharedMemory();
    const [parent, worker] = [createSharedState(memory), createSharedState(memory)];
    expect(worker.isStopped()).toBe(false);
    parent.stop();
    expect([worker.isStopped(), worker.isAborted()]).toEqual([true, false]);
    parent.reset();
    expect(worker.isStopped()).toBe(false);
    parent.abort();
    expect([worker.isStopped(), worker.isAborted()]).toEqual([true, true]);
    parent.stop();
    expect(worker.isAborted()).toBe(true);
    // Also of what is begun after that.
    parent.reset();
    expect(worker.isAborted()).toBe(true);
  });

  it('counts runs, events in thousands and signs of life', () => {
    const memory = createSharedMemory();
    const [parent, worker] = [createSharedState(memory), createSharedState(memory)];
    for (let run = 0; run < 5; run += 1) {
      worker.countRun(450);
      worker.beat();
    }
    expect([parent.runs(), parent.events(), parent.beats()]).toEqual([5, 2000, 5]);
  });

  it('gives each kind of failure to the first who claims it', () => {
    const memory = createSharedMemory();
    const [one, other] = [createSharedState(memory), createSharedState(memory)];
    expect([one.claim('S1 lost-tasks'), other.claim('S1 lost-tasks'), other.claim('S3 duplicate-effects')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(one.claim('S3 duplicate-effects')).toBe(false);
  });
});
