import { expect, it } from 'vitest';
import type { PlannedFault } from '../model/plan.ts';
import { createHistory, type HistoryBuilder, taskOf } from '../model/testing/history-builder.ts';
import { verifyBlockedLoops } from './blocked-loop-verifier.ts';
import type { FaultLog } from './fault-log.ts';

const ENTRY: PlannedFault = {
  ...{ entry: 'F18#1', fault: 'F18', name: 'blocked-loop', options: { forMs: 500 } },
  trigger: { kind: 'call', call: 1 },
};

function said(tell: (h: HistoryBuilder) => void): string[] {
  const lines: string[] = [];
  const log: Pick<FaultLog, 'start' | 'verified' | 'stop'> = {
    start: ({ entry }) => lines.push(`start ${entry}`),
    verified: (entry, evidence) =>
      lines.push(`verified ${entry} ${evidence?.blockedMs ?? `silent for ${evidence?.silentMs}`}`),
    stop: (entry) => lines.push(`stop ${entry}`),
  };
  const h = createHistory({ calls: 2, faults: [ENTRY] });
  tell(h);
  const verify = verifyBlockedLoops(h.plan, log);
  for (const event of h.events) verify(event);
  return lines;
}

it('is proven by an effect that came as late as planned', () => {
  const tell = (h: HistoryBuilder) => {
    h.begin(10, 1);
    h.commit(520, 1);
  };
  expect(said(tell)).toEqual(['start F18#1', 'verified F18#1 510', 'stop F18#1']);
});

it('is proven by a task that ended as late, where its effect was refused', () => {
  const tell = (h: HistoryBuilder) => {
    h.begin(10, 1);
    h.ok(601, h.get(600, 1, taskOf(1)), { status: 'failed' });
  };
  expect(said(tell)).toEqual(['start F18#1', 'verified F18#1 591', 'stop F18#1']);
});

it('is proven by a process that left a request unanswered, where another one took the task over and ended it sooner', () => {
  const heard = (h: HistoryBuilder) => {
    h.begin(10, 1);
    const slow = h.get(30, 2, taskOf(2));
    h.ok(201, h.get(200, 1, taskOf(1)), { status: 'failed' });
    for (const atMs of [400, 600]) h.ok(atMs + 1, h.get(atMs, 2, taskOf(2)));
    h.ok(700, slow);
    h.note(800, 'drained');
  };
  const silent = (h: HistoryBuilder) => {
    for (const [boot, process] of [
      [2, 'server-2'],
      [3, 'server-3'],
    ] as const) {
      h.add(0, { kind: 'proc', boot, pid: boot, process, phase: 'spawn', by: 'harness' });
    }
    h.begin(10, 1, { boot: 2 });
    for (const [conn, process] of [
      ['b1', 'server-2'],
      ['b2', 'server-3'],
    ] as const) {
      h.frame(20, { conn, rpcId: 1 });
      h.frame(process === 'server-2' ? 600 : 40, { conn, rpcId: 1, dir: 'in', type: 'response', process });
    }
  };
  expect(said(silent)).toEqual(['start F18#1', 'verified F18#1 silent for 580', 'stop F18#1']);
  expect(said(heard)).toEqual(['start F18#1', 'stop F18#1']);
});

it('is not proven by work that was done sooner, or that is another call', () => {
  expect(said((h) => h.commit(520, 2))).toEqual([]);
  const tell = (h: HistoryBuilder) => {
    h.begin(10, 1);
    h.commit(100, 1);
  };
  expect(said(tell)).toEqual(['start F18#1', 'stop F18#1']);
});
