import { describe, expect, it } from 'vitest';
import type { PlannedFault } from '../model/plan.ts';
import { createHistory, taskOf } from '../model/testing/history-builder.ts';
import { counterexampleOf } from './counterexample.ts';
import { sha256 } from './history-hash.ts';
import { tellStory } from './story.ts';
import { faultSentence } from './story-fault.ts';
import { historyText } from './trial.ts';

const LOST: PlannedFault = {
  entry: 'F5#1',
  fault: 'F5',
  name: 'reply-lost',
  trigger: { kind: 'message', direction: 'reply', op: 'create', call: 1, attempt: 1 },
  options: { how: 'reset' },
};
const KILL: PlannedFault = {
  entry: 'F12#1',
  fault: 'F12',
  name: 'kill',
  trigger: { kind: 'event', on: 'commit', call: 1, ms: 3 },
  options: { downMs: 10, torn: false },
};

/** A reply is lost, the server is killed after the commit, and the retry makes a second effect. */
function doubledRun() {
  const history = createHistory({ calls: 1, faults: [LOST, KILL] });
  const first = history.create(1, 1);
  history.begin(2, 1);
  history.fault(4, 'F5#1', 'start');
  history.info(4, first, 'reset');
  history.commit(20, 1);
  history.kill(23, 'F12#1');
  history.boot(40);
  const second = history.create(50, 1, { attempt: 2 });
  history.ok(52, second, { task: taskOf(1), status: 'working' });
  history.begin(53, 1);
  history.commit(70, 1);
  const seen = history.get(80, 1, taskOf(1));
  history.done(81, seen);
  history.done(91, history.get(90, 1, taskOf(1)));
  history.done(93, history.get(92, 1, taskOf(1), { agent: 'auditor' }));
  return history;
}

describe('a story', () => {
  it('tells what mattered, in order, and nothing twice', () => {
    const history = doubledRun();
    expect(tellStory(history.plan, history.events).map(({ atMs, text }) => `${atMs}: ${text}`)).toEqual([
      '1: agent 1 makes call 1 with key key-1, 100 ms of work',
      '2: boot 1 begins the work of call 1',
      '4: the reply to create of call 1 is lost (F5)',
      '4: call 1 has no answer (reset)',
      '20: the effect of call 1 is committed (boot 1)',
      '23: the server is killed 3 ms after the commit of call 1 (F12)',
      '40: the server is back (boot 2)',
      '50: agent 1 sends call 1 again, with the same key',
      '52: agent 1 has the receipt: task 1',
      '53: boot 2 begins the work of call 1',
      '70: effect number 2 of call 1 is committed (boot 2)',
      '81: agent 1 sees task 1 completed',
    ]);
  });

  it('says once that a task is not found, and that an end has changed', () => {
    const history = createHistory({ calls: 1 });
    history.ok(1, history.create(0, 1), { task: taskOf(1), status: 'working' });
    history.done(3, history.get(2, 1, taskOf(1)));
    history.ok(5, history.get(4, 1, taskOf(1)), { status: 'cancelled' });
    history.fail(7, history.get(6, 1, taskOf(1)), 'not-found');
    history.fail(9, history.get(8, 1, taskOf(1)), 'not-found');
    expect(tellStory(history.plan, history.events).map(({ text }) => text)).toEqual([
      'agent 1 makes call 1 with key key-1, 100 ms of work',
      'agent 1 has the receipt: task 1',
      'agent 1 sees task 1 completed',
      'agent 1 sees task 1 cancelled instead of completed',
      'agent 1 asks for task 1: not found',
    ]);
  });

  it('says why a server ended by itself, by the names of the story, and how long a task was to be kept', () => {
    const history = createHistory({ calls: 1, target: { settings: { ttlMs: 80 } } });
    history.ok(1, history.create(0, 1), { task: taskOf(1), status: 'working', ttlMs: 80 });
    history.add(90, { kind: 'note', topic: 'crash', text: `Error: no task ${taskOf(1)}\n    at the store` });
    history.add(91, { kind: 'proc', boot: 1, pid: 1, phase: 'exit', code: 1, signal: null, by: 'server' });
    expect(tellStory(history.plan, history.events).map(({ text }) => text)).toEqual([
      'agent 1 makes call 1 with key key-1, 100 ms of work',
      'agent 1 has the receipt: task 1, kept for 80 ms',
      'the server ends by itself, with exit code 1: Error: no task 1',
    ]);
  });

  it('keeps to the calls that broke the invariant when it is long', () => {
    const history = createHistory({ calls: 40 });
    for (let call = 1; call <= 40; call += 1) {
      history.ok(call * 10 + 1, history.create(call * 10, call), { task: taskOf(call), status: 'working' });
    }
    const concern = history.done(501, history.get(500, 7, taskOf(7)));
    const story = tellStory(history.plan, history.events, [concern]).map(({ text }) => text);
    expect(story).toEqual([
      'agent 1 makes call 7 with key key-7, 100 ms of work',
      'agent 1 has the receipt: task 7',
      'agent 1 sees task 7 completed',
    ]);
  });

  it('names the message that a stream of faults struck first', () => {
    const stream: PlannedFault = {
      ...LOST,
      trigger: { kind: 'messages', direction: 'reply', probability: 0.3 },
    };
    expect(faultSentence(stream, { op: 'get', call: 2 })).toBe('the reply to get of call 2 is lost (F5)');
    expect(faultSentence(stream, {})).toBe('every reply with a chance of 0.3 is lost (F5)');
  });
});

describe('a counterexample', () => {
  it('holds the plan, the story and the hash of its history', () => {
    const { plan, events } = doubledRun();
    const history = historyText(events);
    const finding = { invariant: 'S3', message: 'call 1 committed twice', events: [7, 16] };
    const made = counterexampleOf(
      {
        invariant: 'S3',
        checker: 'duplicate-effects',
        violations: [{ checker: 'duplicate-effects', finding }],
        plan,
        history,
        isReproduced: true,
      },
      { by: 'every-point', point: 'killed after event 7', points: 10 },
    );
    expect(made).toMatchObject({ invariant: 'S3', findings: [finding], historySha256: sha256(history), plan });
    expect(made.story.at(0)).toBe('1 ms: agent 1 makes call 1 with key key-1, 100 ms of work');
    expect(made.story.at(-1)).toBe('S3: call 1 committed twice');
  });
});
