import type { BootNumbers } from './boot-numbers.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * Several processes of one server, all on the same state, seen as one: a blow strikes all of them at once, a start brings all
 * of them back under one boot number. One that ends by itself is brought back alone, by its own supervisor, and that too is a
 * new boot.
 */
export function createFleet(options: {
  readonly members: readonly Supervisor[];
  readonly numbers: BootNumbers;
}): Supervisor {
  const { members, numbers } = options;
  const [first] = members;
  if (!first) throw new Error('expected at least one process, got none');
  return {
    get boot() {
      return numbers.latest();
    },
    get pid() {
      return first.pid;
    },
    isUp: () => members.every((member) => member.isUp()),
    async kill(by) {
      const [exit] = await Promise.all(members.map((member) => member.kill(by)));
      return exit ?? { code: null, signal: null };
    },
    async terminate(how) {
      const exits = await Promise.all(members.map((member) => member.terminate(how)));
      // How the slowest ended tells how the server ended: one that had to be killed is the slowest.
      const slowest = exits.reduce((a, b) => (b.tookMs > a.tookMs ? b : a));
      return { ...slowest, killed: exits.some(({ killed }) => killed) };
    },
    async start(by, { boot = numbers.next(), ...how } = {}) {
      const starts = await Promise.allSettled(members.map((member) => member.start(by, { ...how, boot })));
      const readyMs = starts.map((start) => {
        if (start.status === 'rejected') throw start.reason;
        return start.value.readyMs;
      });
      return { boot, readyMs: Math.max(...readyMs) };
    },
    async ensureUp(by) {
      if (members.every((member) => member.isUp())) return;
      await this.kill(by);
      await this.start(by);
    },
    async pause(by) {
      const [evidence] = await Promise.all(members.map((member) => member.pause(by)));
      return { ...evidence, processes: members.length };
    },
    async resume(by) {
      await Promise.all(members.map((member) => member.resume(by)));
      return { processes: members.length };
    },
    closeConnections: (how) => first.closeConnections(how),
    sleep: first.sleep.bind(first),
    async shutDown(withinMs) {
      await Promise.all(members.map((member) => member.shutDown(withinMs)));
    },
  };
}
