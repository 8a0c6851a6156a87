import { describe, expect, it } from 'vitest';
import { createBootNumbers } from './boot-numbers.ts';
import { createFleet } from './fleet.ts';
import { createLinkGate } from './link-gate.ts';
import { createReplicaFleet, type Replica } from './replica-fleet.ts';
import type { Supervisor } from './supervisor.ts';

interface Act {
  readonly member: number;
  readonly act: string;
}

/** Members that write down what is asked of them. */
function fleetOf(count: number, options: { readonly broken?: number; readonly slow?: number } = {}) {
  const acts: Act[] = [];
  const numbers = createBootNumbers();
  const members = Array.from({ length: count }, (_none, index): Supervisor => {
    const member = index + 1;
    const exit = { code: null, signal: 'SIGKILL' };
    let isUp = false;
    return {
      get boot() {
        return numbers.latest();
      },
      pid: 100 + member,
      isUp: () => isUp,
      async start(by, { boot = numbers.next() } = {}) {
        acts.push({ member, act: `start ${boot} by ${by}` });
        if (member === options.broken) throw new Error(`member ${member} does not start`);
        isUp = true;
        return { boot, readyMs: member };
      },
      async kill(by) {
        acts.push({ member, act: `kill by ${by}` });
        isUp = false;
        return exit;
      },
      async terminate() {
        isUp = false;
        return { ...exit, tookMs: member === options.slow ? 900 : 5, killed: member === options.slow };
      },
      async pause(by) {
        acts.push({ member, act: `pause by ${by}` });
        return { state: 'T' };
      },
      async resume(by) {
        acts.push({ member, act: `resume by ${by}` });
        return {};
      },
      ensureUp: async () => {},
      closeConnections: async () => ({ closed: 1 }),
      sleep: async () => {},
      async shutDown() {
        acts.push({ member, act: 'shut down' });
      },
    };
  });
  return { fleet: createFleet({ members, numbers }), members, acts };
}

describe('several processes as one server', () => {
  it('start under one boot number, and are ready when the last one is', async () => {
    const { fleet, acts } = fleetOf(3);
    expect(await fleet.start('harness')).toEqual({ boot: 1, readyMs: 3 });
    expect(acts.map(({ act }) => act)).toEqual(Array(3).fill('start 1 by harness'));
    expect([fleet.boot, fleet.pid, fleet.isUp()]).toEqual([1, 101, true]);
  });

  it('stand still together and go on together', async () => {
    const { fleet, acts } = fleetOf(2);
    expect(await fleet.pause('F14#1')).toEqual({ state: 'T', processes: 2 });
    await fleet.resume('F14#1');
    expect(acts.map(({ member, act }) => `${member} ${act}`)).toEqual([
      '1 pause by F14#1',
      '2 pause by F14#1',
      '1 resume by F14#1',
      '2 resume by F14#1',
    ]);
  });

  it('are all struck before the kill first returns', async () => {
    const { fleet, acts } = fleetOf(3);
    await fleet.start('harness');
    acts.length = 0;
    const killed = fleet.kill('F12#1');
    expect(acts.map(({ act }) => act)).toEqual(Array(3).fill('kill by F12#1'));
    expect([await killed, fleet.isUp()]).toEqual([{ code: null, signal: 'SIGKILL' }, false]);
    expect((await fleet.start('F12#1')).boot).toBe(2);
  });

  it('are down while one of them is, and its return is a boot of its own', async () => {
    const { fleet, members } = fleetOf(2);
    await fleet.start('harness');
    await members[1]?.kill('server');
    expect(fleet.isUp()).toBe(false);
    await members[1]?.start('server');
    expect([fleet.boot, fleet.isUp()]).toEqual([2, true]);
  });

  it('end as the slowest of them ends', async () => {
    const { fleet } = fleetOf(3, { slow: 2 });
    expect(await fleet.terminate({ by: 'F13#1', withinMs: 900 })).toMatchObject({ tookMs: 900, killed: true });
  });

  it('have not started when one of them has not, and then all have been waited for', async () => {
    const { fleet, acts } = fleetOf(3, { broken: 1 });
    await expect(fleet.start('harness')).rejects.toThrow('member 1 does not start');
    expect(acts).toHaveLength(3);
    expect(fleet.isUp()).toBe(false);
    await fleet.shutDown(10);
    expect(acts.slice(3).map(({ act }) => act)).toEqual(Array(3).fill('shut down'));
  });
});

describe('a process in the place of another', () => {
  it('ends with all others, also when it never answered', async () => {
    const { members, acts } = fleetOf(3, { broken: 3 });
    const replicas = members.map((supervisor, index): Replica => {
      const name = `worker-${index + 1}`;
      return { name, role: 'worker', url: new URL('http://127.0.0.1:1'), gate: createLinkGate(), supervisor };
    });
    const another = async () => replicas[2] ?? expect.fail('no third');
    const fleet = createReplicaFleet({ replicas: replicas.slice(0, 2), numbers: createBootNumbers(), another });
    await expect(fleet.of('worker-1').replace?.('F24#1')).rejects.toThrow('member 3 does not start');
    expect([fleet.names(), fleet.count('worker')]).toEqual([['worker-1', 'worker-2'], 3]);
    await fleet.shutDown(5);
    expect(acts.filter(({ act }) => act === 'shut down').map(({ member }) => member)).toEqual([1, 2, 3]);
  });
});
