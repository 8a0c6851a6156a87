import { describe, expect, it } from 'vitest';
import type { PlannedFault } from '../model/plan.ts';
import { createHistory, type HistoryBuilder, taskOf } from '../model/testing/history-builder.ts';
import { verifyCancelRaces } from './cancel-race-verifier.ts';
import type { FaultLog } from './fault-log.ts';

const T1 = taskOf(1);
const race: PlannedFault = {
  entry: 'F28#1',
  fault: 'F28',
  name: 'cancel-race',
  trigger: { kind: 'call', call: 1 },
  options: { offsetMs: -100, spreadMs: 50 },
};

/** What is written about the race while the story is told. The work of call 1 takes 3 s. */
function lines(tell: (h: HistoryBuilder) => void, facts = {}): readonly string[] {
  const h = createHistory({ faults: [race], call: { ms: 3000, cancelAfterMs: 2900 }, facts });
  tell(h);
  const written: string[] = [];
  const log: FaultLog = {
    start: ({ entry }) => void written.push(`start ${entry}`),
    verified: (entry, { apartMs }) => void written.push(`verified ${entry}, ${String(apartMs)} ms apart`),
    stop: (entry) => void written.push(`stop ${entry}`),
    proven: () => {},
    active: () => [],
  };
  const observe = verifyCancelRaces(h.plan, log);
  for (const event of h.events) observe(event);
  return written;
}

const accept = (h: HistoryBuilder) => h.ok(11, h.create(10, 1), { task: T1 });

describe('a cancel race', () => {
  it('is proven by a cancel answered shortly before the effect', () => {
    const told = lines((h) => {
      accept(h);
      h.begin(2000, 1);
      h.ok(4510, h.cancel(4500, 1, T1));
      h.commit(5000, 1);
    });
    expect(told).toEqual(['start F28#1', 'verified F28#1, 490 ms apart', 'stop F28#1']);
  });

  it('is proven by the effect that would have come, when the cancel won', () => {
    const told = lines((h) => {
      accept(h);
      h.begin(12, 1);
      h.ok(2910, h.cancel(2900, 1, T1), { status: 'cancelled' });
    });
    expect(told).toEqual(['start F28#1', 'verified F28#1, 102 ms apart', 'stop F28#1']);
  });

  it('is not proven by a cancel that came long before, that nobody answered, or that was never sent', () => {
    const early = lines((h) => {
      accept(h);
      h.begin(12, 1);
      h.ok(110, h.cancel(100, 1, T1));
      h.commit(3012, 1);
      h.done(3100, h.get(3050, 1, T1));
    });
    expect(early).toEqual(['start F28#1']);
    const unanswered = lines((h) => {
      accept(h);
      h.begin(12, 1);
      h.info(2910, h.cancel(2900, 1, T1), 'timeout');
    });
    expect(unanswered).toEqual(['start F28#1']);
    expect(
      lines((h) => {
        accept(h);
        h.begin(12, 1);
        h.commit(3012, 1);
      }),
    ).toEqual([]);
  });

  it('takes the receipt for the beginning where effects are not seen', () => {
    const tell = (h: HistoryBuilder) => {
      accept(h);
      h.ok(2910, h.cancel(2900, 1, T1));
    };
    expect(lines(tell)).toEqual(['start F28#1']);
    expect(lines(tell, { effects: 'none' })).toEqual(['start F28#1', 'verified F28#1, 101 ms apart', 'stop F28#1']);
  });
});
