import { describe, expect, it } from 'vitest';
import type { Fault, MessageFault, MessageView } from '../model/fault.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import { samplePlan } from '../model/testing/sample-plan.ts';
import { createInterposer } from './interposer.ts';

const dropper: MessageFault = {
  meta: {
    id: 'F4',
    name: 'request-lost',
    title: 'Request lost',
    description: '',
    kind: 'message',
    options: {},
    triggers: ['message', 'messages'],
    colour: '#000000',
  },
  applicable: () => null,
  decide: () => ({ action: 'drop' }),
};

const message = (over: Partial<MessageView>): MessageView => ({
  direction: 'request',
  transport: 'http',
  op: 'create',
  call: 1,
  attempt: 1,
  agent: 1,
  conn: 'a1',
  index: 0,
  bytes: 10,
  isError: false,
  ...over,
});

function interposerFor(faults: readonly PlannedFault[], extra: Partial<Plan> = {}) {
  const answered: number[] = [];
  const started: string[] = [];
  const interposer = createInterposer({
    plan: { ...samplePlan(), faults, ...extra },
    faults: new Map<string, Fault>([
      ['F4', dropper],
      ['F30', { ...dropper, decide: () => ({ action: 'gather', forMs: 800 }) }],
    ]),
    log: {
      start: (entry) => started.push(entry.entry),
      verified: () => {},
      stop: () => {},
      proven: () => {},
      active: () => [],
    },
    nowMs: () => 0,
    sleep: () => new Promise(() => {}),
    onCreateAnswered: (call) => answered.push(call),
  });
  return { interposer, answered, started };
}

describe('the interposer', () => {
  it('strikes one message once, at the first that fits with at least the planned attempt', () => {
    const { interposer, started } = interposerFor([
      {
        entry: 'F4#1',
        fault: 'F4',
        name: 'test',
        trigger: { kind: 'message', direction: 'request', op: 'create', call: 1, attempt: 2 },
        options: {},
      },
    ]);
    const actions = [1, 2, 3].map((attempt) => interposer.rule(message({ attempt })).disposition.action);
    expect(actions).toEqual(['pass', 'drop', 'pass']);
    expect(interposer.rule(message({ attempt: 2, call: 2 })).disposition.action).toBe('pass');
    expect(started).toEqual(['F4#1']);
  });

  it('draws the same for the same seed, connection and index, whatever else passes', () => {
    const entry: PlannedFault = {
      entry: 'F4#1',
      fault: 'F4',
      name: 'test',
      trigger: { kind: 'messages', direction: 'request', probability: 0.5 },
      options: {},
    };
    const drawn = (others: boolean) => {
      const { interposer } = interposerFor([entry]);
      return Array.from({ length: 50 }, (_, index) => {
        if (others) interposer.rule(message({ conn: 'a2', index }));
        return interposer.rule(message({ index })).disposition.action;
      });
    };
    expect(drawn(true)).toEqual(drawn(false));
    expect(new Set(drawn(false))).toEqual(new Set(['pass', 'drop']));
  });

  it('gathers messages until the end of the time they are gathered in; one alone is no crowd', () => {
    const trigger = { kind: 'messages', direction: 'request', probability: 1 } as const;
    const { interposer } = interposerFor([{ entry: 'F30#1', fault: 'F30', name: 'test', trigger, options: {} }]);
    const gathered = { action: 'delay', delayMs: 800 };
    expect(interposer.rule(message({ op: 'get' }))).toEqual({ disposition: gathered, entries: [] });
    expect(interposer.rule(message({ op: 'get' }))).toEqual({ disposition: gathered, entries: ['F30#1'] });
  });

  it('holds the reply to a create until the fault it is held for has struck, and then loses it', async () => {
    const { interposer, answered } = interposerFor([
      {
        entry: 'F12#1',
        fault: 'F12',
        name: 'test',
        trigger: { kind: 'event', on: 'commit', call: 1, ms: 0, hold: true },
        options: {},
      },
    ]);
    const ruling = interposer.rule(message({ direction: 'reply' }));
    expect(ruling.disposition.action).toBe('hold');
    expect(answered).toEqual([1]);
    interposer.struck('F12#1');
    await expect(ruling.held).resolves.toBe(false);
    expect(interposer.rule(message({ direction: 'reply' })).disposition.action).toBe('pass');
  });

  it('lets everything pass after the heal, and what it held as well', async () => {
    const { interposer } = interposerFor([
      {
        entry: 'F12#1',
        fault: 'F12',
        name: 'test',
        trigger: { kind: 'event', on: 'commit', call: 1, ms: 0, hold: true },
        options: {},
      },
    ]);
    const ruling = interposer.rule(message({ direction: 'reply' }));
    interposer.heal();
    await expect(ruling.held).resolves.toBe(true);
    expect(interposer.rule(message({})).disposition.action).toBe('pass');
  });
});
