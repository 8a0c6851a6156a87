import type { ServerControl } from '../model/fault.ts';
import type { Upstream } from './balancer.ts';
import type { BootNumbers } from './boot-numbers.ts';
import type { LinkGate } from './link-gate.ts';
import type { Supervisor } from './supervisor.ts';

/** One process of a server that runs in several. */
export interface Replica {
  /** server-2, worker-1 */
  readonly name: string;
  readonly role: 'server' | 'worker';
  readonly url: URL;
  readonly gate: LinkGate;
  readonly supervisor: Supervisor;
}

export interface ReplicaFleet extends Supervisor {
  names(): readonly string[];
  of(process: string): ServerControl;
  /** Those that clients are sent to. */
  upstreams(): readonly Upstream[];
  /** How many of that role there have been. */
  count(role: Replica['role']): number;
}

/** Processes on one state that live and die apart, each boot of each with a number of its own; as a whole, one server. */
export function createReplicaFleet(options: {
  readonly replicas: readonly Replica[];
  readonly numbers: BootNumbers;
  /** A new process of that role, not started yet. */
  readonly another: (role: Replica['role']) => Promise<Replica>;
}): ReplicaFleet {
  const { numbers } = options;
  const known = [...options.replicas];
  /** All that were ever made, those too that never answered: each may have a process, and it ends with the others. */
  const made = [...options.replicas];
  /** Those that were replaced, nobody's until they end, and who came in their place. */
  const heirs = new Map<Replica, Replica>();
  const present = () => known.filter((replica) => !heirs.has(replica));
  const all = <Result>(act: (supervisor: Supervisor) => Promise<Result>) =>
    Promise.all(present().map(({ supervisor }) => act(supervisor)));
  const first = () => {
    const [one] = present();
    if (!one) throw new Error('expected at least one process, got none');
    return one.supervisor;
  };
  const named = (name: string) => {
    const found = known.find((replica) => replica.name === name);
    if (!found) throw new Error(`expected one of ${known.map((one) => one.name).join(', ')}, got ${name}`);
    // A plan means the place; who is there may have changed.
    let current = found;
    for (let heir = heirs.get(current); heir !== undefined; heir = heirs.get(current)) current = heir;
    return current;
  };

  async function replace(old: Replica, by: string) {
    const fresh = await options.another(old.role);
    made.push(fresh);
    const started = await fresh.supervisor.start(by);
    heirs.set(old, fresh);
    known.push(fresh);
    return { ...started, process: fresh.name };
  }

  return {
    get boot() {
      return numbers.latest();
    },
    get pid() {
      return first().pid;
    },
    isUp: () => present().every(({ supervisor }) => supervisor.isUp()),
    count: (role) => made.filter((replica) => replica.role === role).length,
    names: () => present().map(({ name }) => name),
    of: (name) => controlOf(named(name), replace),
    upstreams: () =>
      present().flatMap(({ role, name, url, gate }) => (role === 'server' ? [{ process: name, url, gate }] : [])),
    async kill(by) {
      const [exit] = await all((one) => one.kill(by));
      return exit ?? { code: null, signal: null };
    },
    async terminate(how) {
      const exits = await all((one) => one.terminate(how));
      const slowest = exits.reduce((a, b) => (b.tookMs > a.tookMs ? b : a));
      return { ...slowest, killed: exits.some(({ killed }) => killed) };
    },
    async start(by, { boot: _none, ...how } = {}) {
      const starts = await Promise.allSettled(present().map(({ supervisor }) => supervisor.start(by, how)));
      const readyMs = starts.map((start) => {
        if (start.status === 'rejected') throw start.reason;
        return start.value.readyMs;
      });
      return { boot: numbers.latest(), readyMs: Math.max(...readyMs) };
    },
    async ensureUp(by) {
      await all((one) => one.ensureUp(by));
    },
    async pause(by) {
      const [evidence] = await all((one) => one.pause(by));
      return { ...evidence, processes: present().length };
    },
    async resume(by) {
      await all((one) => one.resume(by));
      return { processes: present().length };
    },
    holdLink: (isHeld) => present().reduce((sum, { gate }) => sum + gate.hold(isHeld), 0),
    closeConnections: (how) => first().closeConnections(how),
    sleep: (ms) => first().sleep(ms),
    async shutDown(withinMs) {
      await Promise.all(made.map(({ supervisor }) => supervisor.shutDown(withinMs)));
    },
  };
}

/** What a fault may do to one of them. */
function controlOf(
  replica: Replica,
  replace: (old: Replica, by: string) => ReturnType<NonNullable<ServerControl['replace']>>,
): ServerControl {
  const { supervisor, gate } = replica;
  return {
    get boot() {
      return supervisor.boot;
    },
    get pid() {
      return supervisor.pid;
    },
    kill: (by) => supervisor.kill(by),
    terminate: (how) => supervisor.terminate(how),
    start: (by, how) => supervisor.start(by, how),
    sleep: (ms) => supervisor.sleep(ms),
    pause: (by) => supervisor.pause(by),
    resume: (by) => supervisor.resume(by),
    closeConnections: (how) => supervisor.closeConnections(how),
    holdLink: gate.hold,
    replace: (by) => replace(replica, by),
  };
}
