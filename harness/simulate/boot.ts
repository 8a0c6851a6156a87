import type { Prng } from '../model/prng.ts';
import { createSlots } from '../model/slots.ts';
import type { Owner, World } from './world.ts';

/** One incarnation of the server under test in virtual time: what it started dies with it, wherever it was between two awaits. */
export interface Boot extends Owner {
  readonly number: number;
  /** SIGSTOP and SIGCONT: what falls due in between happens, in order, when it goes on. */
  pause(): void;
  resume(): void;
  isPaused(): boolean;
  /** Nothing of it runs again; its files and databases are closed. Only the first call counts. */
  end(): void;
  /** Called once, when it has ended. */
  onEnd(listener: () => void): () => void;
}

export interface BootOptions {
  readonly number: number;
  readonly world: World;
  readonly draw: Prng;
  /** It failed on its own: nobody caught this error. */
  readonly onFailure: (boot: Boot, error: unknown) => void;
  /** Its own listeners take such an error, and it lives on. */
  readonly survives?: (boot: Boot, error: unknown) => boolean;
  /** It ended itself (process.exit). */
  readonly onExit: (boot: Boot, code: number) => void;
}

export function createBoot(options: BootOptions): Boot {
  return new SimulatedBoot(options);
}

class SimulatedBoot implements Boot {
  readonly name: string;
  readonly number: number;
  readonly draw: Prng;
  /** Set while it stands still. */
  postpone: ((act: () => void) => void) | undefined;
  readonly #options: BootOptions;
  readonly #listeners = createSlots<() => void>();
  #isAlive = true;
  #backlog: (() => void)[] = [];

  constructor(options: BootOptions) {
    this.#options = options;
    this.number = options.number;
    this.name = `boot ${options.number}`;
    this.draw = options.draw;
  }

  isAlive(): boolean {
    return this.#isAlive;
  }

  failed(error: unknown): void {
    if (!this.#isAlive || this.#options.survives?.(this, error) === true) return;
    this.#options.onFailure(this, error);
  }

  exited(code: number): void {
    if (this.#isAlive) this.#options.onExit(this, code);
  }

  pause(): void {
    this.postpone = (act) => this.#backlog.push(act);
  }

  resume(): void {
    this.postpone = undefined;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const act of backlog) this.#options.world.schedule(this, 0, act);
  }

  isPaused(): boolean {
    return this.postpone !== undefined;
  }

  end(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#backlog = [];
    for (const listener of this.#listeners.takeAll()) listener();
  }

  onEnd(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }
}
