import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkSignals } from '../model/linked-signal.ts';
import { UsageError } from '../model/usage-error.ts';
import { freeServicePort } from './free-port.ts';
import { allGone, allStopped, processTree, signalAll } from './process-tree.ts';
import type { PreparedService, RunningService, Service, ServiceExit, ServiceGuardian, ServiceHost } from './service.ts';
import { commonFolder, isRoot } from './service-user.ts';
import { stderrTail } from './stderr-tail.ts';

const LOOK_AGAIN_MS = 25;
const LOOK_MS_MAX = 2_000; // One look; an engine that stands still would never answer it.
const READY_MS_MAX = 60_000; // A second or two; recovery of much data on a busy machine takes longer.
const STOP_MS_MAX = 10_000;
const LOG_LINES = 10;

export interface ServiceOptions extends ServiceHost {
  /** A name of the service's `meta.variants`; left out: the first. */
  readonly variant?: string;
  /** Hears of its folder before anything is in it; what it returns is closed when nothing uses the folder any more. */
  readonly onFolder?: (folder: string) => Promise<AsyncDisposable>;
}

/**
 * Starts an engine on a free loopback port with an empty data folder of its own; it answers when this resolves. Throws a
 * UsageError, and leaves nothing behind, when it does not come up.
 */
export async function startService(service: Service, options: ServiceOptions): Promise<RunningService> {
  const [usual = ''] = Object.keys(service.meta.variants);
  const { variant = usual } = options;
  // Not below the folder of whoever asks: some engines run as another user, who could not reach it there.
  const base = service.refusesRoot && isRoot() ? commonFolder() : tmpdir();
  const folder = mkdtempSync(join(base, `claimcheck-${service.meta.id}-`));
  const guardian = options.guard(folder);
  const port = await freeServicePort();
  let ground: AsyncDisposable | undefined;
  let running: RunningService | null = null;
  try {
    ground = await options.onFolder?.(folder);
    const prepared = await service.prepare({ folder, port, variant, signal: options.signal });
    running = new EngineProcess({ service, variant, prepared, folder, port, guardian, ground, host: options });
    const { ready } = await running.restart();
    await ready;
    return running;
  } catch (error) {
    if (running !== null) await running[Symbol.asyncDispose]();
    else {
      await ground?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
      await guardian.close();
    }
    throw error;
  }
}

interface EngineParts {
  readonly service: Service;
  readonly variant: string;
  readonly prepared: PreparedService;
  readonly folder: string;
  readonly port: number;
  readonly guardian: ServiceGuardian;
  readonly ground: AsyncDisposable | undefined;
  readonly host: ServiceHost;
}

interface Boot {
  readonly pid: number;
  readonly exited: Promise<ServiceExit>;
}

class EngineProcess implements RunningService {
  readonly #parts: EngineParts;
  #boot: Boot | null = null;
  /** What stands still; each may lead a process group of its own. */
  #paused: readonly number[] = [];
  pid = 0;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  get meta() {
    return this.#parts.service.meta;
  }

  get variant(): string {
    return this.#parts.variant;
  }

  get url(): string {
    return this.#parts.prepared.url;
  }

  get env() {
    return { [this.meta.variable]: this.url };
  }

  get port(): number {
    return this.#parts.port;
  }

  get folder(): string {
    return this.#parts.folder;
  }

  isUp(): boolean {
    return this.#boot !== null && this.#paused.length === 0;
  }

  async restart() {
    if (this.#boot !== null) throw new Error(`expected ${this.meta.id} to be down, its process ${this.pid} runs`);
    const { clock } = this.#parts.host;
    const from = clock.now();
    const boot = await this.#spawn();
    const ready = this.#untilReady(boot).then(() => ({ readyMs: (clock.now() - from) / 1e6 }));
    // Who ends it while it comes up need not wait for it.
    ready.catch(() => {});
    return { pid: boot.pid, ready };
  }

  async kill(): Promise<ServiceExit> {
    const boot = this.#boot;
    if (boot === null) return { code: null, signal: null };
    signalAll([boot.pid], 'SIGSTOP');
    await allStopped([boot.pid], this.#parts.host.clock);
    const tree = await processTree(boot.pid);
    signalAll(tree, 'SIGKILL');
    const exit = await boot.exited;
    await allGone(tree, this.#parts.host.clock);
    return exit;
  }

  async pause() {
    const boot = this.#boot;
    if (boot === null) throw new Error(`expected ${this.meta.id} to run, it is down`);
    const { clock } = this.#parts.host;
    // Who stands still starts nothing more, so the list is whole.
    signalAll([boot.pid], 'SIGSTOP');
    await allStopped([boot.pid], clock);
    const tree = await processTree(boot.pid);
    this.#paused = tree;
    for (const pid of tree) this.#parts.guardian.add(pid);
    signalAll(tree, 'SIGSTOP');
    await allStopped(tree, clock);
    return { processes: tree.length };
  }

  async resume() {
    const paused = this.#paused;
    this.#paused = [];
    // Children first: their parent finds them as it left them.
    signalAll([...paused].reverse(), 'SIGCONT');
    for (const pid of paused) if (pid !== this.pid) this.#parts.guardian.remove(pid);
    return { processes: paused.length };
  }

  async stop(): Promise<ServiceExit> {
    const boot = this.#boot;
    if (boot === null) return { code: null, signal: null };
    if (this.#paused.length > 0) await this.resume();
    signalAll([boot.pid], this.#parts.prepared.stopSignal);
    const ended = new AbortController();
    const late = this.#parts.host.clock.sleep(STOP_MS_MAX, ended.signal).then(
      () => this.kill(),
      // It ended in time.
      () => null,
    );
    const exit = await boot.exited;
    ended.abort(new Error('it ended'));
    await late;
    return exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#parts.ground?.[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
    await this.#parts.guardian.close();
  }

  async #spawn(): Promise<Boot> {
    const { prepared, folder, guardian } = this.#parts;
    const log = openSync(this.#logFile(), 'a');
    let child: ChildProcess;
    try {
      child = spawn(prepared.file, [...prepared.args], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '', ...prepared.env },
        // A group of its own: a Ctrl-C at the terminal reaches the harness only.
        detached: true,
        stdio: ['ignore', log, log],
        ...(prepared.user ?? {}),
      });
    } finally {
      closeSync(log);
    }
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) => {
        reject(new UsageError(`${this.meta.title} could not be started: ${cause.message}`, { cause }));
      });
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    guardian.add(pid);
    const exited = new Promise<ServiceExit>((resolve) => {
      child.once('exit', (code, signal) => {
        guardian.remove(pid);
        this.#boot = null;
        this.#paused = [];
        resolve({ code, signal });
      });
    });
    this.pid = pid;
    this.#boot = { pid, exited };
    return this.#boot;
  }

  async #untilReady(boot: Boot): Promise<void> {
    const { host, prepared } = this.#parts;
    const { clock, signal } = host;
    const giveUpAt = clock.now() + READY_MS_MAX * 1e6;
    while (clock.now() < giveUpAt) {
      signal.throwIfAborted();
      if (this.#boot !== boot) throw this.#failure('ended before it answered');
      // Node 20 lets a timeout go of which only AbortSignal.any() knows: it would never come.
      using look = linkSignals(signal, AbortSignal.timeout(LOOK_MS_MAX));
      // Refused: it does not listen yet.
      if (await prepared.isReady(look.signal).catch(() => false)) return;
      await clock.sleep(LOOK_AGAIN_MS, signal);
    }
    throw this.#failure(`did not answer within ${READY_MS_MAX} ms`);
  }

  #failure(what: string): UsageError {
    const tail = stderrTail(this.#logFile(), LOG_LINES);
    return new UsageError(
      `${this.meta.title} ${what}.${tail === '' ? ' It wrote nothing.' : ` Its log ends:\n${tail}`}`,
    );
  }

  #logFile(): string {
    return join(this.folder, 'engine.log');
  }
}
