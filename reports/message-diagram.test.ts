import { describe, expect, it } from 'vitest';
import { indexHistory } from '../harness/model/history-index.ts';
import type { PlannedFault } from '../harness/model/plan.ts';
import { createHistory, taskOf } from '../harness/model/testing/history-builder.ts';
import { messageRows } from './message-row.ts';
import { renderReport } from './render.ts';
import { HOSTILE } from './testing/hostile-text.ts';
import { sampleRun } from './testing/sample-run.ts';

const KILL: PlannedFault = {
  entry: 'F12#1',
  fault: 'F12',
  name: 'kill',
  trigger: { kind: 'event', on: 'commit', call: 1, ms: 0 },
  options: {},
};

/** A receipt is lost, the server is killed after the commit, the retry is answered. */
function smallRun() {
  const history = createHistory({ calls: 1, faults: [KILL] });
  const first = history.create(1, 1);
  history.begin(2, 1);
  history.frame(3, { dir: 'in', action: 'cut', type: 'response', conn: 'a1', rpcId: 1, entries: ['F5#1'] });
  history.info(3, first, 'reset');
  history.commit(4, 1);
  history.kill(5, 'F12#1');
  history.boot(9);
  history.ok(12, history.create(11, 1, { attempt: 2 }), { task: taskOf(1), status: 'working' });
  history.done(14, history.get(13, 1, taskOf(1)));
  history.finish(20, [[1, taskOf(1)]]);
  return history;
}

describe('the rows of a message diagram', () => {
  it('are what went between agents and server while there was load, in order', () => {
    const { plan, events } = smallRun();
    const rows = messageRows(indexHistory(plan, { events, cut: false }));
    const laneOf = (lane: { kind: string }) => lane.kind;
    const drawn = rows.map(({ t, shape }) =>
      shape.kind === 'mark'
        ? `${t / 1e6}: ${shape.mark} at ${laneOf(shape.at)}`
        : `${t / 1e6}: ${laneOf(shape.from)} to ${laneOf(shape.to)}, ${shape.ends}`,
    );
    expect(drawn).toEqual([
      '1: agent to server, there',
      '2: begin at server',
      '3: server to harness, lost',
      '3: silence at agent',
      '4: commit at server',
      '5: fault at server',
      '5: end at server',
      '9: start at server',
      '11: agent to server, there',
      '12: server to agent, there',
      '13: agent to server, there',
      '14: server to agent, there',
    ]);
    expect(rows[2]?.words).toBe("call 1: the server's answer is lost (F5#1)");
  });
});

describe('the message diagram', () => {
  const reportOf = (history: ReturnType<typeof smallRun>) => {
    const run = sampleRun({ calls: 1, agents: 1 });
    const index = indexHistory(history.plan, { events: history.events, cut: false });
    return renderReport([{ ...run, plan: history.plan, history: index }], { script: null });
  };

  it('is drawn for a small run, with a row a message that can be read without it', () => {
    const text = reportOf(smallRun());
    expect(text).toContain('Messages, one by one');
    expect(text.match(/class="lanes-cell"/g)).toHaveLength(12);
    expect(text).toContain('aria-label="from the server to the harness, lost"');
  });

  it('is left out where there are more messages than anybody follows', () => {
    const history = createHistory({ calls: 110 });
    for (let call = 1; call <= 110; call += 1) {
      history.ok(call, history.create(call, call), { task: taskOf(call), status: 'working' });
    }
    expect(reportOf(history)).not.toContain('Messages, one by one');
  });

  it('shows how the story of a single call began and ended, however often its agent asked between', () => {
    const history = createHistory({ calls: 1 });
    history.ok(2, history.create(1, 1), { task: taskOf(1), status: 'working' });
    for (let poll = 1; poll <= 300; poll += 1) {
      history.ok(10 * poll + 1, history.get(10 * poll, 1, taskOf(1)), { task: taskOf(1), status: 'working' });
    }
    const text = reportOf(history);
    expect(text).toContain('Messages, one by one');
    expect(text.match(/class="lanes-cell"/g)).toHaveLength(200);
    expect(text).toContain('402 lines are left out here');
    const times = [...text.matchAll(/class="numeric"><a [^>]*>([\d,]+)<\/a>/g)].map(([, ms]) => ms);
    expect([times[0], times.at(-1)]).toEqual(['1', '3,001']);
  });

  it('shows what a server sent as text', () => {
    const history = createHistory({ calls: 1 });
    history.ok(2, history.create(1, 1), { task: taskOf(1), status: 'working', statusMessage: HOSTILE });
    const text = reportOf(history);
    expect(text).toContain('Messages, one by one');
    expect(text).not.toContain(HOSTILE);
    expect(text).not.toMatch(/<img/);
  });
});
