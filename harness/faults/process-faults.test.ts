import { describe, expect, it } from 'vitest';
import type { ProcessFault, ServerControl } from '../model/fault.ts';
import type { PlannedFault, PlannedTarget } from '../model/plan.ts';
import { sampleTarget } from '../model/testing/sample-plan.ts';
import { blockedLoop } from './blocked-loop.ts';
import { halfOpen } from './half-open.ts';
import { heapLimit } from './heap-limit.ts';
import { rollingUpgrade } from './rolling-upgrade.ts';
import { workerDeath } from './worker-death.ts';
import { zombie } from './zombie.ts';

function entryOf({ meta }: ProcessFault, options: PlannedFault['options'] = {}): PlannedFault {
  return {
    ...{ entry: `${meta.id}#1`, fault: meta.id, name: meta.name, process: 'worker-1' },
    trigger: { kind: 'time', atMs: 0 },
    options: { ...meta.options, ...options },
  };
}

/** A process that writes down what is done to it. `held`: messages that its link holds back; `heapMb`: what it is found to have. */
function processOf(found: { readonly held?: number; readonly heapMb?: number } = {}) {
  const acts: string[] = [];
  let boot = 1;
  const exit = { code: null, signal: 'SIGKILL' };
  const control: ServerControl = {
    get boot() {
      return boot;
    },
    pid: 7,
    async kill(by) {
      acts.push(`kill by ${by}`);
      return exit;
    },
    async terminate() {
      acts.push('terminate');
      return { ...exit, tookMs: 3, killed: false };
    },
    async start(_by, how) {
      boot += 1;
      acts.push(`start ${JSON.stringify(how ?? {})}`);
      return { boot, readyMs: 5, ...(found.heapMb === undefined ? {} : { heapMb: found.heapMb }) };
    },
    async sleep(ms) {
      acts.push(`sleep ${ms}`);
    },
    async pause() {
      acts.push('pause');
      return { state: 'T' };
    },
    async resume() {
      acts.push('resume');
      return {};
    },
    async replace() {
      acts.push('replace');
      return { boot: 9, readyMs: 5, process: 'worker-3' };
    },
    holdLink(isHeld) {
      acts.push(isHeld ? 'hold' : 'let go');
      return isHeld ? 0 : (found.held ?? 0);
    },
  };
  return { control, acts };
}

describe('faults on one of several processes', () => {
  it('F17 kills a worker and brings it back', async () => {
    const { control, acts } = processOf();
    const { evidence, undo } = await workerDeath.start(entryOf(workerDeath), control);
    expect(evidence).toMatchObject({ boot: 1, pid: 7, process: 'worker-1', signal: 'SIGKILL' });
    await undo();
    expect(acts).toEqual(['kill by F17#1', 'sleep 500', 'start {}']);
  });

  it('F24 wakes the old process up beside its replacement, and kills it for good', async () => {
    const { control, acts } = processOf();
    const { evidence, undo } = await zombie.start(entryOf(zombie), control);
    expect(evidence).toMatchObject({ process: 'worker-1', state: 'T' });
    expect(await undo()).toMatchObject({ replacement: { process: 'worker-3' } });
    expect(acts).toEqual(['pause', 'replace', 'sleep 3000', 'resume', 'sleep 2000', 'kill by F24#1']);
  });

  it('F24 leaves no stopped process behind when the run ends in the middle of it', async () => {
    const { control, acts } = processOf();
    const sleep = async () => {
      throw new Error('the run ended');
    };
    const { undo } = await zombie.start(entryOf(zombie), { ...control, sleep });
    await expect(undo()).rejects.toThrow('the run ended');
    expect(acts).toEqual(['pause', 'replace', 'kill by F24#1']);
  });

  it('F16 replaces one process after the other, and goes back the same way', async () => {
    const [one, two] = [processOf(), processOf()];
    const server: ServerControl = {
      ...one.control,
      names: () => ['server-1', 'server-2'],
      of: (name) => (name === 'server-1' ? one.control : two.control),
    };
    const { evidence, undo } = await rollingUpgrade.start(entryOf(rollingUpgrade), server);
    expect(evidence).toMatchObject({ release: 'next', upgraded: [{ process: 'server-1' }, { process: 'server-2' }] });
    await undo();
    const steps = (release: unknown) => ['terminate', `start ${JSON.stringify({ release })}`];
    expect(two.acts).toEqual([...steps('next'), ...steps(null)]);
    expect(one.acts.filter((act) => act.startsWith('sleep'))).toEqual(['sleep 500', 'sleep 2000', 'sleep 500']);
  });

  it('F10 is proven by what it held back, and without that not at all', async () => {
    const { control, acts } = processOf({ held: 3 });
    expect((await halfOpen.start(entryOf(halfOpen), control)).evidence).toMatchObject({ held: 3 });
    expect(acts).toEqual(['hold', 'sleep 3000', 'let go']);
    await expect(halfOpen.start(entryOf(halfOpen), processOf().control)).rejects.toThrow('nothing was sent');
  });

  it('F25 is proven by the limit as the process has it', async () => {
    const { control, acts } = processOf({ heapMb: 48 });
    const { evidence, undo } = await heapLimit.start(entryOf(heapLimit), control);
    expect(evidence).toMatchObject({ heapMb: 48, boot: 2 });
    await undo();
    expect(acts).toEqual(['terminate', 'start {"heapMb":48}', 'sleep 4000', 'terminate', 'start {"heapMb":null}']);
    await expect(heapLimit.start(entryOf(heapLimit), processOf().control)).rejects.toThrow('found none');
  });

  it('F25 does not leave a process without memory that cannot start with so little', async () => {
    const { control, acts } = processOf();
    const { start } = control;
    const weak: ServerControl = {
      ...control,
      async start(by, how) {
        const started = await start(by, how);
        if (how?.heapMb !== null) throw new Error('ended before it answered');
        return started;
      },
    };
    await expect(heapLimit.start(entryOf(heapLimit), weak)).rejects.toThrow('ended before it answered');
    expect(acts).toEqual(['terminate', 'start {"heapMb":48}', 'sleep 0', 'terminate', 'start {"heapMb":null}']);
  });

  it('say where they cannot be', () => {
    const target = (parts: Partial<PlannedTarget> = {}): PlannedTarget => ({ ...sampleTarget(), ...parts });
    const several = target({ processes: { servers: 1, workers: 1 } });
    expect(zombie.applicable(several, 'real', {})).toBeNull();
    expect(zombie.applicable(target(), 'real', {})).toContain('one process');
    expect(halfOpen.applicable(target(), 'virtual', {})).toContain('no sockets');
    expect(halfOpen.applicable(target({ transport: 'stdio' }), 'real', {})).toContain('pipe');
    expect(rollingUpgrade.applicable(target(), 'real', {})).toContain('another release');
    expect(heapLimit.applicable(target(), 'virtual', {})).toContain('memory of the harness');
    const burning = target({ facts: { ...target().facts, modes: ['burn'] } });
    expect(blockedLoop.applicable(burning, 'real', {})).toBeNull();
    expect(blockedLoop.applicable(burning, 'virtual', {})).toContain('block the harness');
  });
});
