import type { Recorder } from '../execution/recorder.ts';
import { createRevival, type Revival } from '../execution/revival.ts';
import type { Clock } from '../model/clock.ts';
import type { Evidence, ServerControl, Started, StartHow } from '../model/fault.ts';
import type { BootNumbers } from './boot-numbers.ts';
import type { Guardian } from './guardian.ts';
import type { LinkGate } from './link-gate.ts';
import { foundLimits, stoppedState } from './process-state.ts';
import { type Exit, type Launch, type ServerProcess, startServerProcess } from './server-process.ts';

// Its pipe closes a moment before its exit is known.
const EXIT_KNOWN_MS = 500;

/** Owns the server under test over all its boots: starts, kills, stops it, and brings it back when it dies by itself. */
export interface Supervisor extends ServerControl {
  isUp(): boolean;
  pause(by: string): Promise<Evidence>;
  resume(by: string): Promise<Evidence>;
  closeConnections: NonNullable<ServerControl['closeConnections']>;
  start(by: string, how?: BootHow): Promise<Started>;
  /** Starts what is down; what is up stays as it is. */
  ensureUp(by: string): Promise<void>;
  /** Asks it to end, kills it after the limit, takes what is left of its group along. */
  shutDown(withinMs: number): Promise<void>;
}

export interface BootHow extends StartHow {
  /** Its number, where somebody else gives them out; else the next one. */
  readonly boot?: number;
}

export interface SupervisorOptions {
  readonly numbers: BootNumbers;
  /** What it is called beside others; then a boot is of this process alone. */
  readonly process?: string;
  readonly launch: (how: StartHow) => Launch;
  readonly kill: 'process' | 'group';
  readonly stopSignal: NodeJS.Signals;
  readonly speaksOnPipes: boolean;
  readonly readyMs: number;
  readonly stderrPath: (boot: number) => string;
  /** Stands between the process and its clients. */
  readonly gate: LinkGate;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly guardian: Guardian;
  readonly drain: () => void;
  /** Agents are not the supervisor's: those who are told of it. */
  readonly closeConnections: NonNullable<ServerControl['closeConnections']>;
  /** Greets a fresh boot until it answers or `readyMs` has passed; throws when it never does. */
  readonly greet: (boot: number, server: ServerProcess, deadlineMs: number) => Promise<void>;
  /** What a user is told of a program that cannot be started at all. */
  readonly spawnFailure: (error: unknown) => Error;
  /** It answered once, and does not come back: nobody will start it any more but the one who reads the tasks last. */
  readonly onGivenUp: (why: string) => void;
  readonly signal: AbortSignal;
  /** false: one that ends by itself is left down. Default: it is started again. */
  readonly revives?: boolean;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new ServerSupervisor(options);
}

class ServerSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  #server: ServerProcess | null = null;
  /** A process on its way: a blow that falls now waits for it, or it would be nobody's. */
  #spawning: Promise<ServerProcess> | null = null;
  #isReady = false;
  #isPaused = false;
  /** Who is about to end the current boot; null: nobody, so an exit is the server's own doing. */
  #ending: string | null = null;
  #isShutDown = false;
  /** The boot of the process that runs, or ran last. */
  #boot = 0;
  /** How the next boot is started. */
  #how: StartHow = {};
  /** Who limited the memory of the boots from here on; null: nobody. */
  #limiter: string | null = null;
  readonly #revival: Revival;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#revival = createRevival({
      ...options,
      isWanted: () => !this.#isShutDown && this.#server === null && this.#spawning === null,
      start: () => this.start('server'),
    });
  }

  get boot(): number {
    return this.#options.process === undefined ? this.#options.numbers.latest() : this.#boot;
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  isUp(): boolean {
    return this.#server !== null && this.#isReady && !this.#isPaused;
  }

  async pause(by: string): Promise<Evidence> {
    const server = this.#server ?? (await this.#present());
    if (server === null) throw new Error(`${by}: no process runs that could stand still`);
    this.#settle();
    this.#isPaused = true;
    server.signal('SIGSTOP', this.#options.kill);
    try {
      return { state: await stoppedState(server.pid, this.#options.clock) };
    } catch (error) {
      await this.resume();
      throw error;
    }
  }

  async resume(): Promise<Evidence> {
    this.#server?.signal('SIGCONT', this.#options.kill);
    this.#isPaused = false;
    return {};
  }

  kill(by: string): Promise<Exit> {
    return this.#end(by, 'SIGKILL', this.#options.kill);
  }

  async terminate({ by, withinMs, asks }: Parameters<ServerControl['terminate']>[0]) {
    const { clock, stopSignal } = this.#options;
    const server = this.#server ?? (await this.#present());
    if (server === null) return { code: null, signal: null, tookMs: 0, killed: false };
    // Who stands still cannot be asked.
    if (this.#isPaused) await this.resume();
    const from = clock.now();
    const ended = new AbortController();
    let killed = false;
    const exiting = this.#end(by, asks === 'input' ? null : stopSignal, 'process');
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

  async start(by: string, { boot = this.#options.numbers.next(), ...how }: BootHow = {}) {
    const { clock, recorder } = this.#options;
    const from = clock.now();
    this.#how = { ...this.#how, ...how };
    if (how.heapMb !== undefined) this.#limiter = how.heapMb === null ? null : by;
    this.#boot = boot;
    this.#spawning = this.#spawn(boot, by);
    const server = await this.#spawning
      .catch((error: unknown) => {
        if (this.#revival.hasAnswered()) this.#revival.giveUp(`boot ${boot} could not be started`);
        throw error;
      })
      .finally(() => {
        this.#spawning = null;
      });
    try {
      await this.#options.greet(boot, server, this.#options.readyMs);
    } catch (error) {
      await this.#giveUpMute(boot, server);
      throw error;
    }
    this.#isReady = this.#server === server;
    this.#revival.answered();
    recorder.record({ ...this.#proc(boot, server), phase: 'ready', by });
    return { boot, readyMs: (clock.now() - from) / 1e6, ...(await foundLimits(server.pid, this.#how)) };
  }

  holdLink(isHeld: boolean): number {
    return this.#options.gate.hold(isHeld);
  }

  closeConnections(how: { readonly by: string; readonly call: number | null }) {
    return this.#options.closeConnections(how);
  }

  sleep(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#options.signal);
  }

  async ensureUp(by: string): Promise<void> {
    if (this.isUp()) return;
    // What is left of it must not stand in the way of the next boot.
    await this.kill(by);
    await this.start(by);
  }

  async shutDown(withinMs: number): Promise<void> {
    this.#isShutDown = true;
    const server = await this.#present();
    if (server === null) return;
    // A stdio server is asked by closing its input first, as the protocol says; the signal follows at once.
    if (this.#options.speaksOnPipes) server.endInput();
    await this.terminate({ by: 'harness', withinMs });
    // What the server started and left behind goes with it.
    server.signal('SIGKILL', 'group');
  }

  #proc(boot: number, { pid }: ServerProcess) {
    const { process } = this.#options;
    return { kind: 'proc', boot, pid, ...(process === undefined ? {} : { process }) } as const;
  }

  /** Everything the server wrote before the blow stands in the history before the blow. */
  #settle(): void {
    this.#options.drain();
    this.#options.recorder.flush();
  }

  async #spawn(boot: number, by: string): Promise<ServerProcess> {
    const { launch, stderrPath, speaksOnPipes, guardian, recorder } = this.#options;
    const server = await startServerProcess({
      launch: launch(this.#how),
      stderrPath: stderrPath(boot),
      speaksOnPipes,
      guardian,
      isLogUnread: this.#how.isLogUnread === true,
    }).catch((error: unknown) => {
      throw this.#options.spawnFailure(error);
    });
    this.#server = server;
    this.#ending = null;
    recorder.record({ ...this.#proc(boot, server), phase: 'spawn', by });
    void server.exited.then((exit) => this.#exited(server, exit));
    return server;
  }

  /** The process that runs, or the one on its way; null: neither. */
  async #present(): Promise<ServerProcess | null> {
    // One that cannot be started is its starter's to report.
    return this.#server ?? (await this.#spawning?.catch(() => null)) ?? null;
  }

  /** `signal` null: it is asked by the end of its input. */
  async #end(by: string, signal: NodeJS.Signals | null, scope: 'process' | 'group'): Promise<Exit> {
    // Nothing is awaited where a process runs: the blow falls before this function first returns.
    const server = this.#server ?? (await this.#present());
    if (server === null) return { code: null, signal: null };
    this.#ending = by;
    this.#isReady = false;
    this.#settle();
    if (signal === null) server.endInput();
    else server.signal(signal, scope);
    return server.exited;
  }

  #exited(server: ServerProcess, { code, signal }: Exit): void {
    this.#settle();
    const isCurrent = this.#server === server;
    // Of several processes one may have been replaced since this one began: it ends in the boot that runs now.
    const { boot } = this;
    // A process that runs out of memory is ended by a signal: the doing of who took the memory away.
    const by = this.#ending ?? (signal === null ? null : this.#limiter) ?? 'server';
    const isOwn = this.#ending === null;
    const wasReady = this.#isReady;
    this.#options.recorder.record({ ...this.#proc(boot, server), phase: 'exit', code, signal, by });
    this.#options.guardian.remove(server.pid);
    if (isCurrent) {
      this.#server = null;
      this.#isReady = false;
      this.#isPaused = false;
    }
    this.#ending = null;
    const isWanted = this.#options.revives !== false && !this.#isShutDown && !this.#options.signal.aborted;
    if (isOwn && isCurrent && isWanted) void this.#revival.ended(wasReady);
  }

  /** A boot that runs and says nothing: no restart is on its way, since it has not ended. */
  async #giveUpMute(boot: number, server: ServerProcess): Promise<void> {
    const { clock, signal, readyMs } = this.#options;
    if (!this.#revival.hasAnswered()) return;
    const known = new AbortController();
    await Promise.race([server.exited, clock.sleep(EXIT_KNOWN_MS, known.signal).catch(() => {})]);
    known.abort(new Error('it ended'));
    if (server.exit() !== null || this.#isShutDown || signal.aborted) return;
    this.#revival.giveUp(`boot ${boot} runs and was not ready within ${readyMs} ms; nothing more is asked of it`);
  }
}
