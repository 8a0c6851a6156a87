import { createRevival, type Revival } from '../execution/revival.ts';
import type { StoreTrouble } from '../model/fault.ts';
import { UsageError } from '../model/usage-error.ts';
import { type Boot, createBoot } from './boot.ts';
import type { ServerFace } from './server-face.ts';
import type { Exit, ServerHost, ServerHostOptions } from './server-host-options.ts';
import type { LivingServer } from './site.ts';

// From the blow to the news of it.
const EXIT_SEEN_MS = 1;

export function createServerHost(options: ServerHostOptions): ServerHost {
  return new SimulatedHost(options);
}

class SimulatedHost implements ServerHost {
  readonly #options: ServerHostOptions;
  readonly #exitListeners = new Map<Boot, ((exit: Exit) => void)[]>();
  #boots = 0;
  #boot: Boot | null = null;
  #living: LivingServer | null = null;
  #isReady = false;
  readonly #revival: Revival;
  #isShutDown = false;

  constructor(options: ServerHostOptions) {
    this.#options = options;
    this.#revival = createRevival({
      ...options,
      isWanted: () => !this.#isShutDown && this.#boot === null,
      start: () => this.start('server'),
    });
  }

  get boot(): number {
    return this.#boots;
  }

  /** History names no process of this machine: a pid is the boot's number. */
  get pid(): number {
    return this.#boot?.number ?? 0;
  }

  current(): LivingServer | null {
    return this.#living;
  }

  isUp(): boolean {
    return this.#boot !== null && this.#isReady && !this.#boot.isPaused();
  }

  async kill(by: string, how?: { readonly tearsRecord: boolean }): Promise<Exit & { readonly torn?: number }> {
    const boot = this.#boot;
    if (boot === null) return { code: null, signal: null };
    const exited = this.#exitOf(boot);
    const torn = this.#end(boot, { by, exit: { code: null, signal: 'SIGKILL' }, tears: how?.tearsRecord ?? false });
    const exit = await exited;
    return how?.tearsRecord ? { ...exit, torn } : exit;
  }

  async terminate({ by, withinMs }: { readonly by: string; readonly withinMs: number }) {
    const { world, clock } = this.#options;
    const boot = this.#boot;
    if (boot === null) return { code: null, signal: null, tookMs: 0, killed: false };
    const from = clock.now();
    const exited = this.#exitOf(boot);
    const living = this.#living;
    this.#isReady = false;
    this.#stopping = { boot, by };
    let killed = false;
    const giveUp = world.schedule(world.harness, Math.ceil(withinMs), () => {
      killed = true;
      this.#end(boot, { by, exit: { code: null, signal: 'SIGKILL' } });
    });
    world.schedule(boot, 0, () => {
      if (this.#options.interrupt(boot)) return;
      if (living === null) {
        this.#end(boot, { by, exit: { code: null, signal: 'SIGTERM' } });
        return;
      }
      living.face.stop().then(
        () => this.#end(boot, { by, exit: { code: 0, signal: null } }),
        (error: unknown) => boot.failed(error),
      );
    });
    const exit = await exited;
    giveUp.cancel();
    return { ...exit, tookMs: (clock.now() - from) / 1e6, killed };
  }

  /** Who asked the current boot to end; an exit of it is then his doing. */
  #stopping: { readonly boot: Boot; readonly by: string } | null = null;

  async start(by: string) {
    const { clock, recorder, world, draw, machine, readyMs } = this.#options;
    const from = clock.now();
    this.#boots += 1;
    const number = this.#boots;
    recorder.record({ kind: 'proc', boot: number, pid: number, phase: 'spawn', by });
    const boot = createBoot({
      number,
      world,
      draw: draw.fork(`boot/${number}`),
      onFailure: (failed, error) => this.#crashed(failed, error),
      survives: this.#options.survives,
      onExit: (ended, code) => this.#wentByItself(ended, { code, signal: null }),
    });
    this.#boot = boot;
    const limit = new AbortController();
    const tooLate = clock.sleep(readyMs, limit.signal);
    try {
      const face = await Promise.race([
        this.#faceOf(boot, draw.integer(...machine.bootMs)),
        tooLate.then(() => Promise.reject(new UsageError(`it was not ready within ${readyMs} ms`))),
      ]);
      const living = { boot, face };
      this.#living = living;
      await Promise.race([
        this.#options.greet(living),
        this.#exitOf(boot).then(() => Promise.reject(new UsageError('it ended before it answered'))),
        tooLate.then(() => Promise.reject(new UsageError(`it did not answer within ${readyMs} ms`))),
      ]);
    } catch (error) {
      if (this.#revival.hasAnswered() && boot.isAlive()) this.#revival.giveUp(`boot ${number} runs and was not ready`);
      throw error;
    } finally {
      limit.abort(new Error('it is decided'));
      tooLate.catch(() => {}); // Aborted when it was ready in time.
    }
    this.#isReady = this.#boot === boot;
    this.#revival.answered();
    recorder.record({ kind: 'proc', boot: number, pid: number, phase: 'ready', by });
    return { boot: number, readyMs: (clock.now() - from) / 1e6 };
  }

  sleep(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#options.signal);
  }

  async pause() {
    this.#boot?.pause();
    return { boot: this.#boots };
  }

  async resume() {
    this.#boot?.resume();
    return { boot: this.#boots };
  }

  async jumpClock(ms: number) {
    const { world } = this.#options;
    const beforeMs = world.serverWallMs();
    world.jumpWall(ms);
    return { beforeMs, afterMs: world.serverWallMs() };
  }

  async storeTrouble(trouble: StoreTrouble | null) {
    return { touched: this.#options.storage.setTrouble(trouble) };
  }

  closeConnections(how: { readonly by: string; readonly call: number | null }) {
    return this.#options.closeConnections(how);
  }

  async shutDown(withinMs: number): Promise<void> {
    this.#isShutDown = true;
    if (this.#boot === null) return;
    this.#boot.resume();
    await this.terminate({ by: 'harness', withinMs });
  }

  /** The server of a boot, made in that boot. */
  #faceOf(boot: Boot, afterMs: number): Promise<ServerFace> {
    const { world } = this.#options;
    return new Promise((resolve, reject) => {
      const ended = () => reject(new UsageError('it ended before it was ready'));
      this.#exitOf(boot).then(ended, ended);
      world.schedule(boot, afterMs, () => {
        this.#options.create(boot).then(
          (face) => world.schedule(world.harness, 0, () => resolve(face)),
          (error: unknown) => boot.failed(error),
        );
      });
    });
  }

  #exitOf(boot: Boot): Promise<Exit> {
    return new Promise((resolve) => {
      this.#exitListeners.set(boot, [...(this.#exitListeners.get(boot) ?? []), resolve]);
    });
  }

  #crashed(boot: Boot, error: unknown): void {
    const { recorder, world } = this.#options;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    world.schedule(world.harness, 0, () =>
      recorder.record({ kind: 'note', topic: 'crash', text, data: { boot: boot.number } }),
    );
    this.#wentByItself(boot, { code: 1, signal: null });
  }

  #wentByItself(boot: Boot, exit: Exit): void {
    const by = this.#stopping?.boot === boot ? this.#stopping.by : 'server';
    this.#end(boot, { by, exit });
  }

  /** The boot is no more from this instant on; the news of it comes a moment later. */
  #end(boot: Boot, how: { readonly by: string; readonly exit: Exit; readonly tears?: boolean }): number {
    if (!boot.isAlive()) return 0;
    const { world, cleanUp, drain, storage } = this.#options;
    const wasReady = this.#isReady;
    const inFlight = how.tears ? storage.writesInFlight() : 0;
    drain();
    boot.end();
    const torn = inFlight + cleanUp(boot, how.tears ?? false);
    if (this.#boot === boot) {
      this.#boot = null;
      this.#living = null;
      this.#isReady = false;
    }
    world.schedule(world.harness, EXIT_SEEN_MS, () => this.#exited(boot, { ...how, wasReady }));
    return torn;
  }

  #exited(boot: Boot, how: { readonly by: string; readonly exit: Exit; readonly wasReady: boolean }): void {
    const { recorder, signal } = this.#options;
    const { code, signal: name } = how.exit;
    recorder.record({
      kind: 'proc',
      boot: boot.number,
      pid: boot.number,
      phase: 'exit',
      code,
      signal: name,
      by: how.by,
    });
    const listeners = this.#exitListeners.get(boot) ?? [];
    this.#exitListeners.delete(boot);
    for (const listener of listeners) listener(how.exit);
    if (how.by === 'server' && !this.#isShutDown && !signal.aborted) void this.#revival.ended(how.wasReady);
  }
}
