import { describe, expect, it } from 'vitest';
import { indexHistory } from '../harness/model/history-index.ts';
import { createHistory, type HistoryBuilder, taskOf } from '../harness/model/testing/history-builder.ts';
import { callTracks } from './call-track.ts';
import { eventWords } from './event-words.ts';
import { sampleRun } from './testing/sample-run.ts';

const TASK = taskOf(1);
const { verdict } = sampleRun({ calls: 1, broken: false });

function tracked(tell: (h: HistoryBuilder) => void) {
  const h = createHistory();
  tell(h);
  const history = indexHistory(h.plan, h.history());
  const [track] = callTracks(history, { ...verdict, checkers: [] });
  if (track === undefined) throw new Error('the call was never sent');
  return { track, history, ms: (t: number | null) => (t === null ? null : t / 1e6) };
}

describe('the track of a call', () => {
  it('a fetch after the task was seen finished is no poll, a blocking wait before is one', () => {
    const { track, ms } = tracked((h) => {
      h.ok(11, h.create(10, 1), { task: TASK });
      h.ok(21, h.get(20, 1, TASK), { task: TASK, status: 'working' });
      h.done(31, h.get(30, 1, TASK, { op: 'result' }));
      h.done(41, h.get(40, 1, TASK, { op: 'result' }));
      h.done(51, h.get(50, 1, TASK, { agent: 'auditor', as: 1 }));
    });
    expect(track.polls.map(ms)).toEqual([20, 30]);
    expect(ms(track.seenT)).toBe(31);
  });

  it('waits until the server denies the task, not until the run ends', () => {
    const { track, ms } = tracked((h) => {
      h.ok(11, h.create(10, 1), { task: TASK });
      h.fail(31, h.get(30, 1, TASK), 'not-found');
      h.note(9000, 'end');
    });
    expect([track.deniedT, track.waitedUntilT, track.seenT].map(ms)).toEqual([31, 31, null]);
  });

  it('work that was begun again ends its first try there; a send without a receipt is kept', () => {
    const { track, ms } = tracked((h) => {
      h.info(11, h.create(10, 1), 'reset');
      h.ok(21, h.create(20, 1, { attempt: 2 }), { task: TASK });
      h.begin(22, 1);
      h.begin(40, 1);
      h.commit(50, 1);
    });
    expect(track.failedSends.map(ms)).toEqual([11]);
    expect(track.runs.map((run) => [ms(run.fromT), ms(run.toT), run.nextBegin])).toEqual([
      [22, null, 40e6],
      [40, 50, Number.POSITIVE_INFINITY],
    ]);
  });
});

describe('an event in words', () => {
  const wordsOf = (tell: (h: HistoryBuilder) => number) => {
    let seq = 0;
    const { history } = tracked((h) => {
      seq = tell(h);
    });
    const event = history.events.bySeq(seq);
    return event === undefined ? '' : eventWords(history, event);
  };

  it('a lost receipt leaves it open whether the call was accepted, a failed read leaves nothing open', () => {
    expect(wordsOf((h) => h.info(11, h.create(10, 1), 'reset'))).toBe(
      'the connection was reset, after 1 ms; nobody knows whether it was accepted',
    );
    expect(
      wordsOf((h) => {
        h.ok(11, h.create(10, 1), { task: TASK });
        return h.fail(31, h.get(30, 1, TASK), 'not-found', { code: -32602, http: 200, message: 'Task not found' });
      }),
    ).toBe('denied: the server does not know this task (error -32602), after 1 ms: “Task not found”');
  });

  it('a question and its answer are told with their keys', () => {
    const asked = (h: HistoryBuilder) => {
      h.ok(11, h.create(10, 1), { task: TASK });
      return h.ok(21, h.get(20, 1, TASK), { status: 'input_required', inputs: ['approval'] });
    };
    expect(wordsOf(asked)).toBe(`answered after 1 ms: input_required, asks for approval, task ${TASK}`);
    const answer = (h: HistoryBuilder) => {
      asked(h);
      return h.update(30, 1, TASK, ['approval']);
    };
    expect(wordsOf(answer)).toBe('agent 1 answers a question of the task (approval)');
    expect(wordsOf((h) => h.ok(31, answer(h)))).toBe('the server took the answer, after 1 ms');
  });

  it('a gateway that gave up is not taken for the server', () => {
    expect(wordsOf((h) => h.info(710, h.create(10, 1), 'timeout', { http: 424, gateway: true }))).toBe(
      'the platform in front gave up and answered in the place of the server (HTTP 424), after 700 ms; nobody knows whether it was accepted',
    );
  });
});
