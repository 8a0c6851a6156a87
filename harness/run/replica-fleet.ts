import type { ServerControl } from '../model/fault.ts';
import type { Upstream } from './balancer.ts';
import type { BootNumbers, Supervisor } from './supervisor.ts';

/** One process of a server that runs in several. */
export interface Replica {
  /** server-2, worker-1 */
  readonly name: string;
  readonly role: 'server' | 'worker';
  readonly url: URL;
  readonly supervisor: Supervisor;
}

export interface ReplicaFleet extends Supervisor {
  of(process: string): ServerControl;
  /** Those that clients are sent to. */
  upstreams(): readonly Upstream[];
  /** How many there have been. */
  count(): number;
}

/** Processes on one state that live and die apart, each boot of each with a number of its own; as a whole, one server. */
export function createReplicaFleet(options: {
  readonly replicas: readonly Replica[];
  readonly numbers: BootNumbers;
  /** A new process of that role, not started yet. */
  readonly another: (role: Replica['role']) => Promise<Replica>;
}): ReplicaFleet {
  const { numbers } = options;
  const replicas = [...options.replicas];
  const supervisors = () => replicas.map(({ supervisor }) => supervisor);
  const first = () => {
    const [one] = replicas;
    if (!one) throw new Error('expected at least one process, got none');
    return one.supervisor;
  };
  const all = <Result>(act: (supervisor: Supervisor) => Promise<Result>) => Promise.all(supervisors().map(act));
  const named = (name: string) => {
    const found = replicas.find((replica) => replica.name === name);
    if (!found) throw new Error(`expected one of ${replicas.map((one) => one.name).join(', ')}, got ${name}`);
    return found;
  };
  return {
    get boot() {
      return numbers.latest();
    },
    get pid() {
      return first().pid;
    },
    isUp: () => supervisors().every((one) => one.isUp()),
    count: () => replicas.length,
    of: (name) => named(name).supervisor,
    upstreams: () =>
      replicas.flatMap(({ role, name, url }) =>
        role === 'server' ? [{ process: name, url, passage: async () => {} }] : [],
      ),
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
      const starts = await Promise.allSettled(supervisors().map((one) => one.start(by, how)));
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
      return { ...evidence, processes: replicas.length };
    },
    async resume(by) {
      await all((one) => one.resume(by));
      return { processes: replicas.length };
    },
    closeConnections: (how) => first().closeConnections(how),
    sleep: (ms) => first().sleep(ms),
    async shutDown(withinMs) {
      await all((one) => one.shutDown(withinMs));
    },
  };
}
