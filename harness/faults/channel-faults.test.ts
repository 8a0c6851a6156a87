import { describe, expect, it } from 'vitest';
import type { FaultWatch, ProcessFault, ServerControl } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import { sampleTarget } from '../model/testing/sample-plan.ts';
import { connectionClosed } from './connection-closed.ts';
import { connectionStorm } from './connection-storm.ts';
import { crashLoop } from './crash-loop.ts';

function entryOf({ meta }: ProcessFault, options: PlannedFault['options'] = {}): PlannedFault {
  return {
    ...{ entry: `${meta.id}#1`, fault: meta.id, name: meta.name },
    trigger: { kind: 'event', on: 'begin', call: 4, ms: 0 },
    options: { ...meta.options, ...options },
  };
}

interface Found {
  readonly waitingBytes?: number;
  readonly opened?: number;
  readonly log?: string;
  readonly filesMax?: number;
}

/** A server that writes down what is done to it, and is found as told. */
function serverOf(found: Found = {}) {
  const acts: string[] = [];
  let boot = 1;
  const control: ServerControl = {
    get boot() {
      return boot;
    },
    pid: 7,
    async kill() {
      acts.push('kill');
      return { code: null, signal: 'SIGKILL' };
    },
    async terminate({ asks = 'signal' }) {
      acts.push(`terminate by ${asks}`);
      return { code: 0, signal: null, tookMs: 3, killed: false };
    },
    async start(_by, how) {
      boot += 1;
      acts.push(`start ${JSON.stringify(how ?? {})}`);
      return { boot, readyMs: 5, ...(found.log === undefined ? {} : { log: found.log }) };
    },
    async sleep(ms) {
      acts.push(`sleep ${ms}`);
    },
    holdOutput(isHeld) {
      acts.push(isHeld ? 'hold' : 'let go');
      return isHeld ? 0 : (found.waitingBytes ?? 0);
    },
    async crowd({ connections, says, forMs }) {
      acts.push(`${connections} say ${says} for ${forMs}`);
      return { opened: found.opened ?? connections };
    },
    async limitFiles(filesMax) {
      acts.push(`files ${filesMax}`);
      return { filesMax: filesMax ?? found.filesMax ?? 1024 };
    },
    async closeConnections() {
      acts.push('close');
      return { closed: 1 };
    },
  };
  return { control, acts };
}

const deaf: FaultWatch = { begun: () => new Promise(() => {}) };
const hearing: FaultWatch = { begun: async () => {} };

describe('a crash loop (F15)', () => {
  it('kills so many boots one after the other, and lets the next one live', async () => {
    const { control, acts } = serverOf();
    const { evidence, undo } = await crashLoop.start(entryOf(crashLoop, { times: 2 }), control);
    expect(evidence).toEqual({ boot: 1, kills: 2 });
    await undo();
    expect(acts).toEqual(['kill', 'sleep 50', 'start {}', 'sleep 300', 'kill', 'sleep 50', 'start {}']);
  });

  it('kills the boots that begin the work again, and stops when none does', async () => {
    const poison = entryOf(crashLoop, { form: 'poison', times: 3 });
    const again = serverOf();
    const struck = await crashLoop.start(poison, again.control, undefined, hearing);
    expect(struck.evidence).toEqual({ boot: 1, kills: 3 });
    const once = serverOf();
    const { evidence, undo } = await crashLoop.start(poison, once.control, undefined, deaf);
    expect(evidence).toEqual({ boot: 1, kills: 1, givenUp: true });
    expect(await undo()).toEqual({});
    expect(once.acts).toEqual(['kill', 'sleep 50', 'start {}', 'sleep 300']);
  });
});

describe('too many connections (F11)', () => {
  it('come back at once with the agents', async () => {
    const { control, acts } = serverOf();
    const { evidence } = await connectionStorm.start(entryOf(connectionStorm, { connections: 9 }), control);
    expect(evidence).toEqual({ boot: 1, opened: 9, closed: 1 });
    expect(acts).toEqual(['close', '9 say whole for 1500']);
  });

  it('are proven by those that were opened', async () => {
    const start = connectionStorm.start(
      entryOf(connectionStorm, { form: 'half-sent' }),
      serverOf({ opened: 0 }).control,
    );
    await expect(start).rejects.toThrow('no connection was opened');
  });

  it('meet a server with few files, which gets them back in any case', async () => {
    const few = entryOf(connectionStorm, { form: 'few-files', connections: 9, filesMax: 40 });
    const { control, acts } = serverOf();
    expect((await connectionStorm.start(few, control)).evidence).toEqual({ boot: 1, opened: 9, filesMax: 40 });
    expect(acts).toEqual(['files 40', '9 say nothing for 1500', 'files null']);
    const none = serverOf({ opened: 0 });
    await expect(connectionStorm.start(few, none.control)).rejects.toThrow();
    expect(none.acts.at(-1)).toBe('files null');
  });

  it('cannot come to a pipe, nor in virtual time, nor in a form that is unknown', () => {
    const reason = (transport: 'http' | 'stdio', time: 'real' | 'virtual', form: string) =>
      connectionStorm.applicable({ ...sampleTarget(), transport }, time, { ...connectionStorm.meta.options, form });
    expect(reason('http', 'real', 'storm')).toBeNull();
    expect(reason('stdio', 'real', 'storm')).toMatch(/^a pipe has one client/);
    expect(reason('http', 'virtual', 'half-sent')).toMatch(/no sockets/);
    expect(reason('http', 'real', 'flood')).toBe('form is none of storm, half-sent, few-files');
  });
});

describe('a pipe that goes wrong (F26)', () => {
  it('ends the input, waits for the exit and starts the server again', async () => {
    const { control, acts } = serverOf();
    const { evidence, undo } = await connectionClosed.start(
      entryOf(connectionClosed, { form: 'input-closed' }),
      control,
    );
    expect(evidence).toMatchObject({ boot: 1, code: 0, killed: false });
    await undo();
    expect(acts).toEqual(['terminate by input', 'start {}']);
  });

  it('is proven by bytes that nobody read', async () => {
    const unread = entryOf(connectionClosed, { form: 'output-unread', forMs: 50 });
    const { control, acts } = serverOf({ waitingBytes: 80 });
    expect((await connectionClosed.start(unread, control)).evidence).toEqual({ boot: 1, waitingBytes: 80 });
    expect(acts).toEqual(['hold', 'sleep 50', 'let go']);
    await expect(connectionClosed.start(unread, serverOf().control)).rejects.toThrow('nothing was written');
  });

  it('is proven by the pipe that the log of the server goes to', async () => {
    const unread = entryOf(connectionClosed, { form: 'log-unread', forMs: 50 });
    const { control, acts } = serverOf({ log: 'pipe:[12]' });
    const { evidence, undo } = await connectionClosed.start(unread, control);
    expect(evidence).toMatchObject({ log: 'pipe:[12]' });
    await undo();
    const [on, off] = ['start {"isLogUnread":true}', 'start {"isLogUnread":false}'];
    expect(acts).toEqual(['terminate by signal', on, 'sleep 50', 'terminate by signal', off]);
    const file = serverOf({ log: '/tmp/log' });
    await expect(connectionClosed.start(unread, file.control)).rejects.toThrow('found /tmp/log');
    expect(file.acts.at(-1)).toBe(off);
  });

  it('says where it cannot be', () => {
    const reason = (transport: 'http' | 'stdio', time: 'real' | 'virtual', form: string) =>
      connectionClosed.applicable({ ...sampleTarget(), transport }, time, { ...connectionClosed.meta.options, form });
    expect(reason('stdio', 'real', 'output-unread')).toBeNull();
    expect(reason('http', 'real', 'output-unread')).toMatch(/^only a server on a pipe/);
    expect(reason('stdio', 'virtual', 'input-closed')).toMatch(/^in virtual time/);
    expect(reason('stdio', 'real', 'closed')).toMatch(/share one pipe/);
    expect(connectionClosed.applicable(sampleTarget(), 'real', {})).toBeNull();
  });
});
