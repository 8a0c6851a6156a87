import type { Clock } from '../model/clock.ts';
import type { ServerControl } from '../model/fault.ts';
import type { Guardian } from './guardian.ts';
import type { Recorder } from './recorder.ts';
import { type Exit, type Launch, type ServerProcess, startServerProcess } from './server-process.ts';

// A server that keeps dying by itself is not brought back for ever; the run ends and says so.
const OWN_EXITS_MAX = 10;

/** Owns the server under test over all its boots: starts, kills, stops it, and brings it back when it dies by itself. */
export interface Supervisor extends ServerControl {
  /** The process of the current boot; null while it is down. */
  current(): ServerProcess | null;
  isUp(): boolean;
  /** Asks it to end, kills it after the limit, takes what is left of its group along. */
  shutDown(withinMs: number): Promise<void>;
}

export interface SupervisorOptions {
  readonly launch: Launch;
  readonly kill: 'process' | 'group';
  readonly stopSignal: NodeJS.Signals;
  readonly speaksOnPipes: boolean;
  readonly readyMs: number;
  readonly stderrPath: (boot: number) => string;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly guardian: Guardian;
  readonly drain: () => void;
  /** Greets a fresh boot until it answers or `readyMs` has passed; throws when it never does. */
  readonly greet: (boot: number, server: ServerProcess, deadlineMs: number) => Promise<void>;
  readonly signal: AbortSignal;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { recorder, clock } = options;
  let boot = 0;
  let server: ServerProcess | null = null;
  let isReady = false;
  /** Who is about to end the current boot; null: nobody, so an exit is the server's own doing. */
  let ending: string | null = null;
  let ownExits = 0;
  let isShutDown = false;

  const settle = () => {
    options.drain();
    recorder.flush();
  };
  const watch = (which: number, child: ServerProcess) => {
    void child.exited.then(({ code, signal }) => {
      settle();
      const by = ending ?? 'server';
      recorder.record({ kind: 'proc', boot: which, pid: child.pid, phase: 'exit', code, signal, by });
      options.guardian.remove(child.pid);
      if (server === child) {
        server = null;
        isReady = false;
      }
      const isOwn = ending === null;
      ending = null;
      if (isOwn && !isShutDown && !options.signal.aborted) void revive();
    });
  };
  const revive = async () => {
    ownExits += 1;
    if (ownExits > OWN_EXITS_MAX) {
      recorder.record({
        kind: 'note',
        topic: 'given-up',
        text: `the server ended by itself ${ownExits} times; it is left down`,
      });
      return;
    }
    await start('server').catch(() => {
      // The boot that failed to become ready is in the history (spawn without ready); the judge draws the conclusion.
    });
  };
  const start = async (by: string) => {
    boot += 1;
    const which = boot;
    const from = clock.now();
    const child = await startServerProcess({
      launch: options.launch,
      stderrPath: options.stderrPath(which),
      speaksOnPipes: options.speaksOnPipes,
      guardian: options.guardian,
    });
    server = child;
    ending = null;
    recorder.record({ kind: 'proc', boot: which, pid: child.pid, phase: 'spawn', by });
    watch(which, child);
    await options.greet(which, child, options.readyMs);
    isReady = true;
    recorder.record({ kind: 'proc', boot: which, pid: child.pid, phase: 'ready', by });
    return { boot: which, readyMs: (clock.now() - from) / 1e6 };
  };
  const end = async (by: string, signal: NodeJS.Signals, scope: 'process' | 'group'): Promise<Exit> => {
    const child = server;
    if (child === null) return { code: null, signal: null };
    ending = by;
    isReady = false;
    settle();
    child.signal(signal, scope);
    const exit = await child.exited;
    // The exit's own listener drains and records; it was registered first and has run.
    return exit;
  };

  return {
    get boot() {
      return boot;
    },
    get pid() {
      return server?.pid ?? 0;
    },
    current: () => server,
    isUp: () => server !== null && isReady,
    kill: (by) => end(by, 'SIGKILL', options.kill),
    async terminate({ by, withinMs }) {
      const child = server;
      const from = clock.now();
      if (child === null) return { code: null, signal: null, tookMs: 0, killed: false };
      let isKilled = false;
      const ended = end(by, options.stopSignal, 'process');
      const stop = new AbortController();
      void clock.sleep(withinMs, stop.signal).then(
        () => {
          isKilled = true;
          child.signal('SIGKILL', 'group');
        },
        () => {},
      );
      const exit = await ended;
      stop.abort(new Error('it ended'));
      return { ...exit, tookMs: (clock.now() - from) / 1e6, killed: isKilled };
    },
    start,
    sleep: (ms) => clock.sleep(ms, options.signal),
    async shutDown(withinMs) {
      isShutDown = true;
      const child = server;
      if (child === null) return;
      // A stdio server is asked by closing its input first, as the protocol says; the signal follows at once.
      if (options.speaksOnPipes) child.endInput();
      await this.terminate({ by: 'harness', withinMs });
      child.signal('SIGKILL', 'group');
    },
  };
}
