import { describe, expect, it } from 'vitest';
import type {
  Disposition,
  MessageFault,
  MessageView,
  ProcessFault,
  ServerControl,
  StoreControl,
} from '../model/fault.ts';
import type { PlannedFault, PlannedTarget, Trigger } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { sampleTarget } from '../model/testing/sample-plan.ts';
import { clockJump } from './clock-jump.ts';
import { connectionClosed } from './connection-closed.ts';
import { drain } from './drain.ts';
import { duplicate } from './duplicate.ts';
import { frameSpoilt } from './frame-spoilt.ts';
import { faults, faultUnits } from './index.ts';
import { inputTrouble } from './input-trouble.ts';
import { kill } from './kill.ts';
import { latency } from './latency.ts';
import { pause } from './pause.ts';
import { platformTimeout } from './platform-timeout.ts';
import { pollStampede } from './poll-stampede.ts';
import { reorderReplies } from './reorder-replies.ts';
import { replyLost } from './reply-lost.ts';
import { replyTruncated } from './reply-truncated.ts';
import { requestLost } from './request-lost.ts';
import { slowTransfer } from './slow-transfer.ts';
import { storeFull, wantsSmallDisk } from './store-full.ts';
import { storeKill } from './store-kill.ts';
import { storeTailLost } from './store-tail-lost.ts';
import { storeTrouble, wantsStoreLink } from './store-trouble.ts';

const MESSAGE: MessageView = {
  direction: 'reply',
  transport: 'http',
  op: 'create',
  call: 1,
  attempt: 1,
  agent: 1,
  conn: 'a1',
  index: 1,
  bytes: 100,
  isError: false,
};
const TRIGGER: Trigger = { kind: 'time', atMs: 0 };

function entryOf(code: string, options: PlannedFault['options'] = {}): PlannedFault {
  const meta = faultUnits[code]?.meta;
  if (!meta) throw new Error(`expected fault ${code} in the registry`);
  return {
    entry: `${code}#1`,
    fault: code,
    name: meta.name,
    trigger: TRIGGER,
    options: { ...meta.options, ...options },
  };
}

function decide(
  fault: MessageFault,
  message: Partial<MessageView>,
  options: PlannedFault['options'] = {},
): Disposition | null {
  return fault.decide(entryOf(fault.meta.id, options), { ...MESSAGE, ...message }, createPrng(1));
}

describe('faults', () => {
  it('are registered under their codes, each with a name and a colour of its own', () => {
    expect(Object.keys(faults)).toEqual(Object.values(faultUnits).map(({ meta }) => meta.id));
    const metas = Object.values(faultUnits).map(({ meta }) => meta);
    expect(new Set(metas.map(({ name }) => name)).size).toBe(metas.length);
    expect(new Set(metas.map(({ colour }) => colour)).size).toBe(metas.length);
    for (const { colour, triggers } of metas) {
      expect(colour).toMatch(/^#[0-9a-f]{6}$/);
      expect(triggers.length).toBeGreaterThan(0);
    }
  });

  it('delay by the fixed time plus a drawn part of the jitter, the same for the same draw', () => {
    const delays = Array.from({ length: 200 }, (_, seed) => {
      const disposition = latency.decide(entryOf('F1', { ms: 100, jitterMs: 50 }), MESSAGE, createPrng(seed));
      return disposition?.action === 'delay' ? disposition.delayMs : Number.NaN;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(150);
    expect(new Set(delays).size).toBeGreaterThan(20);
    expect(decide(latency, {}, { ms: 5, jitterMs: 0 })).toEqual({ action: 'delay', delayMs: 5 });
  });

  it('hold replies and never requests', () => {
    expect(decide(reorderReplies, {}, { waitMs: 70 })).toEqual({ action: 'hold', delayMsMax: 70 });
    expect(decide(reorderReplies, { direction: 'request' })).toBeNull();
  });

  it('lose requests and never replies', () => {
    expect(decide(requestLost, { direction: 'request' })).toEqual({ action: 'drop' });
    expect(decide(requestLost, {})).toBeNull();
  });

  it('lose replies as planned, but no refusals', () => {
    expect(decide(replyLost, {})).toEqual({ action: 'cut', how: 'reset' });
    expect(decide(replyLost, {}, { how: 'fin' })).toEqual({ action: 'cut', how: 'fin' });
    expect(decide(replyLost, {}, { how: 'hang' })).toEqual({ action: 'cut', how: 'hang' });
    expect(decide(replyLost, { transport: 'stdio' })).toEqual({ action: 'cut', how: 'hang' });
    expect(decide(replyLost, { isError: true })).toBeNull();
    expect(decide(replyLost, { direction: 'request' })).toBeNull();
  });

  it('cut replies within, and no refusals', () => {
    const disposition = decide(replyTruncated, { bytes: 50 });
    expect(disposition).toEqual({ action: 'truncate', bytes: expect.any(Number) });
    expect(decide(replyTruncated, { isError: true })).toBeNull();
    expect(decide(replyTruncated, { direction: 'request' })).toBeNull();
  });

  it('spoil messages in the way that is wanted, or in a drawn one', () => {
    expect(decide(frameSpoilt, {}, { how: 'glued' })).toMatchObject({ action: 'spoil', how: 'glued' });
    const drawn = Array.from({ length: 60 }, (_, seed) => {
      const disposition = frameSpoilt.decide(entryOf('F7'), MESSAGE, createPrng(seed));
      return disposition?.action === 'spoil' ? disposition.how : 'none';
    });
    expect([...new Set(drawn)].sort()).toEqual(['flip', 'glued', 'log', 'utf8']);
    expect(frameSpoilt.applicable(sampleTarget(), 'real', { how: 'loud' })).toMatch(/^option how: expected any, flip/);
    expect(decide(frameSpoilt, { isError: true })).toBeNull();
  });

  it('slow messages down to slices, and gather polls', () => {
    expect(decide(slowTransfer, {}, { sliceBytes: 9, everyMs: 3 })).toEqual({
      action: 'trickle',
      pace: { sliceBytes: 9, everyMs: 3 },
    });
    expect(decide(pollStampede, { direction: 'request', op: 'get' })).toEqual({ action: 'gather', forMs: 1500 });
    expect(decide(pollStampede, { direction: 'request' })).toBeNull();
    expect(decide(pollStampede, { op: 'get' })).toBeNull();
  });

  it('deliver requests twice, and let probes be made by the agents', () => {
    expect(decide(duplicate, { direction: 'request' }, { afterMs: 40 })).toEqual({ action: 'dup', afterMs: 40 });
    expect(decide(duplicate, { direction: 'request' }, { form: 'probe' })).toBeNull();
    expect(decide(duplicate, {})).toBeNull();
  });

  it('lose, double and delay answers to questions, and nothing else', () => {
    const request = { op: 'update', direction: 'request' } as const;
    expect(decide(inputTrouble, request)).toEqual({ action: 'drop' });
    expect(decide(inputTrouble, request, { form: 'doubled', afterMs: 20 })).toEqual({ action: 'dup', afterMs: 20 });
    expect(decide(inputTrouble, request, { form: 'late', afterMs: 20 })).toEqual({ action: 'delay', delayMs: 20 });
    expect(decide(inputTrouble, request, { form: 'unacknowledged' })).toBeNull();
    const reply = { ...request, direction: 'reply' } as const;
    const unacknowledged = { form: 'unacknowledged' };
    expect(decide(inputTrouble, reply, unacknowledged)).toEqual({ action: 'cut', how: 'reset' });
    expect(decide(inputTrouble, { ...reply, transport: 'stdio' }, unacknowledged)).toEqual({
      action: 'cut',
      how: 'hang',
    });
    expect(decide(inputTrouble, { ...reply, isError: true }, unacknowledged)).toBeNull();
    expect(decide(inputTrouble, reply)).toBeNull();
    expect(decide(inputTrouble, { ...request, op: 'create' })).toBeNull();
  });

  it('cannot lose an answer where nothing asks, or where nobody would learn of it', () => {
    const reason = (changes: Partial<PlannedTarget>, form: string) =>
      inputTrouble.applicable({ ...sampleTarget(), ...changes }, 'real', { ...inputTrouble.meta.options, form });
    const legacy = { dialect: 'tasks-2025-11-25' } as const;
    expect(reason({ facts: sampleTarget({ asking: false }).facts }, 'lost')).toMatch(/^this target asks for nothing/);
    expect(reason({}, 'unacknowledged')).toBeNull();
    expect(reason(legacy, 'unacknowledged')).toMatch(/is not acknowledged$/);
    expect(reason(legacy, 'lost')).toBeNull();
    expect(reason({ ...legacy, transport: 'stdio' }, 'lost')).toMatch(/^nobody learns/);
    expect(reason({ ...legacy, transport: 'stdio' }, 'doubled')).toBeNull();
  });

  it('know when a platform gives up', () => {
    expect(platformTimeout.afterMs(entryOf('F31', { afterMs: 700 }))).toBe(700);
  });

  it('cannot touch a process that is not ours', () => {
    const foreign: PlannedTarget = targetWith(false);
    const own: PlannedTarget = targetWith(true);
    for (const fault of [kill, drain, pause, clockJump, storeTrouble, storeFull]) {
      expect(fault.applicable(foreign, 'real', fault.meta.options)).toMatch(/did not start this server/);
      expect(fault.applicable(own, 'virtual', fault.meta.options)).toBeNull();
    }
  });

  it('say what only virtual time can do', () => {
    const own: PlannedTarget = targetWith(true);
    expect(clockJump.applicable(own, 'real', clockJump.meta.options)).toMatch(/apt-get install libfaketime/);
    const movable = { ...own, facts: { ...own.facts, movableClock: true } };
    expect(clockJump.applicable(movable, 'real', clockJump.meta.options)).toBeNull();
    expect(kill.applicable(own, 'real', { ...kill.meta.options, torn: true })).toMatch(/^needs virtual time: /);
    for (const fault of [kill, drain, pause]) expect(fault.applicable(own, 'real', fault.meta.options)).toBeNull();
  });

  it('strike an engine of the harness and no other', () => {
    const on = (services: PlannedTarget['services'], store = 'redis'): PlannedTarget => ({
      ...{ ...targetWith(true), kind: 'reference', store },
      ...(services ? { services } : {}),
    });
    const own = on([{ id: 'redis', uses: ['store', 'queue'], given: null }]);
    const queue = on([{ id: 'redis', uses: ['queue'], given: null }], 'sqlite');
    const users = on([{ id: 'redis', uses: ['store'], given: 'redis://db:6379' }]);
    const postgres = on([{ id: 'postgres', uses: ['store'], given: null }], 'postgres');
    const paused = { ...storeTrouble.meta.options, form: 'paused' };
    for (const fault of [storeKill, storeTrouble]) {
      const reason = (target: PlannedTarget, time: 'real' | 'virtual' = 'real') =>
        fault.applicable(target, time, paused);
      expect([reason(own), reason(queue), reason(postgres)]).toEqual([null, null, null]);
      expect(reason(users)).toBe("the engine at redis://db:6379 is the user's own, and is not struck");
      expect(reason(on(undefined, 'sqlite'))).toMatch(/^the store sqlite is a part of the server's process/);
      expect(reason(targetWith(true))).toMatch(/stands on no engine/);
      expect(reason(own, 'virtual')).toMatch(/^needs real time/);
    }
    expect(storeTailLost.applicable(own, 'real', {})).toBeNull();
    expect(storeTailLost.applicable(postgres, 'real', {})).toMatch(/^only Redis is run without its log/);
    expect(storeTailLost.applicable(queue, 'real', {})).toMatch(/offers again/);
    expect(storeFull.applicable(users, 'real', {})).toMatch(/is not struck$/);
    expect(storeFull.applicable(on(undefined, 'memory'), 'real', {})).toMatch(/keeps nothing on a disk/);
    expect(storeFull.applicable(targetWith(true), 'real', {})).toMatch(/says nowhere with {{dir}}/);
  });

  it('want a link or a small disk only where a plan needs them', () => {
    const plan = (code: string, options: PlannedFault['options'], time: 'real' | 'virtual' = 'real') => ({
      ...{ time, faults: [entryOf(code, options)] },
    });
    expect(wantsStoreLink(plan('F20', { form: 'cut' }))).toBe(true);
    expect(wantsStoreLink(plan('F20', { form: 'paused' }))).toBe(false);
    expect(wantsStoreLink(plan('F20', { form: 'cut' }, 'virtual'))).toBe(false);
    expect([wantsSmallDisk(plan('F22', {})), wantsSmallDisk(plan('F12', {}))]).toEqual([true, false]);
  });

  it('close no connection of agents that share a pipe', () => {
    const piped: PlannedTarget = { ...targetWith(true), transport: 'stdio' };
    expect(connectionClosed.applicable(piped, 'real', {})).toMatch(/share one pipe/);
    expect(connectionClosed.applicable(piped, 'virtual', {})).toBeNull();
    expect(connectionClosed.applicable(targetWith(false), 'real', {})).toBeNull();
  });

  it('tear no record of a store that keeps none', () => {
    const memory: PlannedTarget = { ...targetWith(true), kind: 'reference', store: 'memory' };
    expect(kill.applicable(memory, 'virtual', { torn: true })).toMatch(/does not claim to survive/);
    expect(kill.applicable({ ...memory, store: 'sqlite' }, 'virtual', { torn: true })).toBeNull();
  });

  it('strike before anything is awaited, and start the next boot after the pause', async () => {
    const trace = await strike(kill, { downMs: 250 });
    expect(trace).toEqual([
      'kill by F12#1',
      'returned',
      'evidence {"boot":1,"pid":42,"code":null,"signal":"SIGKILL"}',
      'sleep 250',
      'start by F12#1',
      'undone {"boot":2,"readyMs":9}',
    ]);
  });

  it('ask to end within the deadline, and start the next boot', async () => {
    const trace = await strike(drain, { deadlineMs: 500, downMs: 10 });
    expect(trace).toEqual([
      'terminate by F13#1 within 500',
      'returned',
      'evidence {"boot":1,"pid":42,"code":0,"signal":null,"tookMs":3,"killed":false}',
      'sleep 10',
      'start by F13#1',
      'undone {"boot":2,"readyMs":9}',
    ]);
  });
});

describe('faults that last', () => {
  it('stop the process, wait and let it go on', async () => {
    expect(await strike(pause, { forMs: 700 })).toEqual([
      'pause by F14#1',
      'returned',
      'evidence {"boot":1,"pid":42,"state":"T"}',
      'sleep 700',
      'resume by F14#1',
      'undone {"forMs":700}',
    ]);
  });

  it('kill the engine, let it die while it recovers, and bring it back', async () => {
    expect(await strike(storeKill, { downMs: 40, deathsInRecovery: 2, afterMs: 7 })).toEqual([
      'engine killed by F19#1',
      'returned',
      'evidence {"engine":"redis"}',
      'sleep 40',
      'engine started by F19#1 and killed after 7',
      'engine started by F19#1 and killed after 7',
      'engine started by F19#1',
      'undone {"deathsInRecovery":2,"deathsAfterRecovery":0}',
    ]);
    expect((await strike(storeTailLost, { downMs: 5 }))[0]).toBe('engine killed by F21#1');
  });

  it('bring the engine back also when the run is interrupted', async () => {
    const trace: string[] = [];
    const server = { ...controlOf(trace), sleep: () => Promise.reject(new Error('interrupted')) };
    const killed = await storeKill.start(entryOf('F19'), server, storeOf(trace));
    await expect(killed.undo()).rejects.toThrow('interrupted');
    const paused = await storeTrouble.start(entryOf('F20', { form: 'paused' }), server, storeOf(trace));
    await expect(paused.undo()).rejects.toThrow('interrupted');
    expect(trace).toEqual([
      'engine killed by F19#1',
      'engine started by F19#1',
      'engine paused by F20#1',
      'engine resumed by F20#1',
    ]);
  });

  it('put the way to the engine in trouble, where there is one', async () => {
    const trace: string[] = [];
    const store = {
      ...storeOf(trace),
      async trouble(trouble: unknown) {
        trace.push(`link ${JSON.stringify(trouble)}`);
        return { touched: trouble === null ? 4 : 0 };
      },
    };
    const { evidence } = await storeTrouble.start(entryOf('F20', { form: 'cut', forMs: 9 }), controlOf(trace), store);
    expect(trace).toEqual(['link {"form":"cut","probability":0.5}', 'sleep 9', 'link null']);
    expect(evidence).toMatchObject({ form: 'cut', touched: 4 });
  });

  it('set the clock and leave it there', async () => {
    expect(await strike(clockJump, { ms: -500 })).toEqual([
      'clock by -500',
      'returned',
      'evidence {"boot":1,"ms":-500,"beforeMs":1000,"afterMs":500}',
      'undone {}',
    ]);
  });

  it('put the store in trouble and out of it, and count what was struck', async () => {
    expect(await strike(storeTrouble, { form: 'failing', probability: 0.3, forMs: 40 })).toEqual([
      'store {"form":"failing","probability":0.3}',
      'returned',
      'sleep 40',
      'store null',
      'evidence {"boot":1,"form":"failing","probability":0.3,"touched":3}',
      'undone {"touched":3}',
    ]);
    expect((await strike(storeFull, { forMs: 40 }))[0]).toBe('store {"form":"full"}');
  });

  it('are no evidence when they struck nothing', async () => {
    const idle = { ...controlOf([]), storeTrouble: async () => ({ touched: 0 }) };
    await expect(storeFull.start(entryOf('F22'), idle)).rejects.toThrow(/no operation of the store/);
    const empty = { ...controlOf([]), closeConnections: async () => ({ closed: 0 }) };
    await expect(connectionClosed.start(entryOf('F26'), empty)).rejects.toThrow(/no connection was open/);
  });

  it('say what a server cannot do instead of pretending', async () => {
    const { pause: _, ...plain } = controlOf([]);
    await expect(pause.start(entryOf('F14'), plain)).rejects.toThrow('expected a server that can do pause');
  });

  it('let a process go on also when the run is interrupted', async () => {
    const trace: string[] = [];
    const server = { ...controlOf(trace), sleep: () => Promise.reject(new Error('interrupted')) };
    const { undo } = await pause.start(entryOf('F14'), server);
    await expect(undo()).rejects.toThrow('interrupted');
    expect(trace).toEqual(['pause by F14#1', 'resume by F14#1']);
  });

  it('close the connection of the call that triggers them, else all', async () => {
    const trace = await strike(connectionClosed, {});
    expect(trace).toEqual(['close of call null', 'returned', 'evidence {"boot":1,"closed":1}', 'undone {}']);
    const aimed: string[] = [];
    const trigger = { kind: 'event', on: 'acked', call: 7, ms: 0 } as const;
    await connectionClosed.start({ ...entryOf('F26'), trigger }, controlOf(aimed));
    expect(aimed).toEqual(['close of call 7']);
  });

  it('tear a record only when they are told to', async () => {
    expect((await strike(kill, { torn: true }))[0]).toBe('kill by F12#1, tearing');
  });
});

async function strike(fault: ProcessFault, options: PlannedFault['options']): Promise<readonly string[]> {
  const trace: string[] = [];
  const server = controlOf(trace);
  const running = fault.start(entryOf(fault.meta.id, options), server, storeOf(trace));
  trace.push('returned');
  const { evidence, undo } = await running;
  trace.push(`evidence ${JSON.stringify(evidence)}`);
  trace.push(`undone ${JSON.stringify(await undo())}`);
  return trace;
}

function storeOf(trace: string[]): StoreControl {
  const say = (text: string) => {
    trace.push(`engine ${text}`);
  };
  return {
    engine: {
      async kill(by) {
        say(`killed by ${by}`);
        return { engine: 'redis' };
      },
      async start(by) {
        say(`started by ${by}`);
        return {};
      },
      async startAndKill(by, afterMs) {
        say(`started by ${by} and killed after ${afterMs}`);
        return { wasReady: false };
      },
      async pause(by) {
        say(`paused by ${by}`);
        return {};
      },
      async resume(by) {
        say(`resumed by ${by}`);
        return {};
      },
    },
  };
}

function controlOf(trace: string[]): ServerControl {
  return {
    boot: 1,
    pid: 42,
    async kill(by, how) {
      trace.push(how?.tearsRecord === true ? `kill by ${by}, tearing` : `kill by ${by}`);
      return { code: null, signal: 'SIGKILL' };
    },
    async terminate({ by, withinMs }) {
      trace.push(`terminate by ${by} within ${withinMs}`);
      return { code: 0, signal: null, tookMs: 3, killed: false };
    },
    async start(by) {
      trace.push(`start by ${by}`);
      return { boot: 2, readyMs: 9 };
    },
    async sleep(ms) {
      trace.push(`sleep ${ms}`);
    },
    async pause(by) {
      trace.push(`pause by ${by}`);
      return { state: 'T' };
    },
    async resume(by) {
      trace.push(`resume by ${by}`);
      return {};
    },
    async jumpClock(ms) {
      trace.push(`clock by ${ms}`);
      return { beforeMs: 1000, afterMs: 1000 + ms };
    },
    async storeTrouble(trouble) {
      trace.push(`store ${JSON.stringify(trouble)}`);
      return { touched: trouble === null ? 3 : 0 };
    },
    async closeConnections({ call }) {
      trace.push(`close of call ${call}`);
      return { closed: 1 };
    },
  };
}

function targetWith(process: boolean): PlannedTarget {
  return {
    kind: 'url',
    dialect: 'handle',
    transport: 'http',
    store: null,
    queue: null,
    profile: null,
    facts: {
      key: true,
      variesDuration: true,
      takesMs: 600,
      process,
      principals: false,
      scope: null,
      effects: 'none',
      delivery: 'exactly-once',
      echo: true,
      cancel: false,
      failing: false,
      asking: false,
      durable: true,
      modes: [],
      tools: ['work'],
    },
  };
}
