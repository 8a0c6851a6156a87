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
  /** What a user is told of a program that cannot be started at all. */
  readonly spawnFailure: (error: unknown) => Error;
  readonly signal: AbortSignal;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new ServerSupervisor(options);
}

class ServerSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  #boot = 0;
  #server: ServerProcess | null = null;
  #isReady = false;
  /** Who is about to end the current boot; null: nobody, so an exit is the server's own doing. */
  #ending: string | null = null;
  #ownExits = 0;
  #isShutDown = false;
  #hasAnswered = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get boot(): number {
    return this.#boot;
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  current(): ServerProcess | null {
    return this.#server;
  }

  isUp(): boolean {
    return this.#server !== null && this.#isReady;
  }

  kill(by: string): Promise<Exit> {
    return this.#end(by, 'SIGKILL', this.#options.kill);
  }

  async terminate({ by, withinMs }: { readonly by: string; readonly withinMs: number }) {
    const { clock, stopSignal } = this.#options;
    const server = this.#server;
    if (server === null) return { code: null, signal: null, tookMs: 0, killed: false };
    const from = clock.now();
    const ended = new AbortController();
    let killed = false;
    const exiting = this.#end(by, stopSignal, 'process');
    void clock.sleep(withinMs, ended.signal).then(
      () => {
        killed = true;
        server.signal('SIGKILL', 'group');
      },
      // It ended in time.
      () => {},
    );
    const exit = await exiting;
    ended.abort(new Error('it ended'));
    return { ...exit, tookMs: (clock.now() - from) / 1e6, killed };
  }

  async start(by: string): Promise<{ readonly boot: number; readonly readyMs: number }> {
    const { clock, recorder } = this.#options;
    this.#boot += 1;
    const boot = this.#boot;
    const from = clock.now();
    const server = await startServerProcess({
      launch: this.#options.launch,
      stderrPath: this.#options.stderrPath(boot),
      speaksOnPipes: this.#options.speaksOnPipes,
      guardian: this.#options.guardian,
    }).catch((error: unknown) => {
      throw this.#options.spawnFailure(error);
    });
    this.#server = server;
    this.#ending = null;
    recorder.record({ kind: 'proc', boot, pid: server.pid, phase: 'spawn', by });
    void server.exited.then((exit) => this.#exited(boot, server, exit));
    await this.#options.greet(boot, server, this.#options.readyMs);
    this.#isReady = true;
    this.#hasAnswered = true;
    recorder.record({ kind: 'proc', boot, pid: server.pid, phase: 'ready', by });
    return { boot, readyMs: (clock.now() - from) / 1e6 };
  }

  sleep(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#options.signal);
  }

  async shutDown(withinMs: number): Promise<void> {
    this.#isShutDown = true;
    const server = this.#server;
    if (server === null) return;
    // A stdio server is asked by closing its input first, as the protocol says; the signal follows at once.
    if (this.#options.speaksOnPipes) server.endInput();
    await this.terminate({ by: 'harness', withinMs });
    // What the server started and left behind goes with it.
    server.signal('SIGKILL', 'group');
  }

  /** Everything the server wrote before the blow stands in the history before the blow. */
  #settle(): void {
    this.#options.drain();
    this.#options.recorder.flush();
  }

  async #end(by: string, signal: NodeJS.Signals, scope: 'process' | 'group'): Promise<Exit> {
    const server = this.#server;
    if (server === null) return { code: null, signal: null };
    this.#ending = by;
    this.#isReady = false;
    this.#settle();
    server.signal(signal, scope);
    return server.exited;
  }

  #exited(boot: number, server: ServerProcess, { code, signal }: Exit): void {
    this.#settle();
    const by = this.#ending ?? 'server';
    const isOwn = this.#ending === null;
    this.#options.recorder.record({ kind: 'proc', boot, pid: server.pid, phase: 'exit', code, signal, by });
    this.#options.guardian.remove(server.pid);
    if (this.#server === server) {
      this.#server = null;
      this.#isReady = false;
    }
    this.#ending = null;
    if (isOwn && boot === this.#boot && !this.#isShutDown && !this.#options.signal.aborted) void this.#revive();
  }

  /** What a platform does with a server that died by itself: starts it again, within reason. */
  async #revive(): Promise<void> {
    const { recorder } = this.#options;
    this.#ownExits += 1;
    // The first boot never answered: that is the caller's to report, not ours to repeat.
    if (!this.#hasAnswered) return;
    if (this.#ownExits > OWN_EXITS_MAX) {
      const text = `the server ended by itself ${this.#ownExits} times; it is left down`;
      recorder.record({ kind: 'note', topic: 'given-up', text });
      return;
    }
    await this.start('server').catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      recorder.record({ kind: 'note', topic: 'down', text });
    });
  }
}
