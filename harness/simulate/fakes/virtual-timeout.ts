import { AsyncResource } from 'node:async_hooks';
import type { Owner, Scheduled, World } from '../world.ts';
import type { Call } from './replacement.ts';
import type { TimerIds } from './timers.ts';

export interface VirtualTimeoutOptions {
  readonly world: World;
  readonly callback: Call;
  /** Whole ms. */
  readonly delayMs: number;
  readonly args: unknown[];
  readonly repeats: boolean;
  readonly ids: TimerIds;
}

/** ref and unref as programs know them; virtual time waits for everything. */
class Refable {
  #isRefed = true;

  ref(): this {
    this.#isRefed = true;
    return this;
  }

  unref(): this {
    this.#isRefed = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isRefed;
  }
}

/** What setTimeout and setInterval return: Node's Timeout, in virtual time. */
export class VirtualTimeout extends Refable {
  readonly #options: VirtualTimeoutOptions;
  readonly #owner: Owner;
  // Callbacks see the AsyncLocalStorage of the code that started the timer.
  readonly #context = new AsyncResource('Timeout');
  #next: Scheduled | null = null;
  #isClosed = false;
  #id: number | undefined;

  constructor(options: VirtualTimeoutOptions) {
    super();
    this.#options = options;
    this.#owner = options.world.current();
    this.#arm();
  }

  /** Counts from now again, also after it has run; not after it was cleared. */
  refresh(): this {
    this.#next?.cancel();
    if (!this.#isClosed) this.#arm();
    return this;
  }

  close(): this {
    this.#isClosed = true;
    this.#next?.cancel();
    this.#next = null;
    return this;
  }

  [Symbol.toPrimitive](): number {
    this.#id ??= this.#options.ids.idOf(this.#options.world, this);
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #arm(): void {
    this.#next = this.#options.world.schedule(this.#owner, this.#options.delayMs, () => this.#run());
  }

  #run(): void {
    this.#next = null;
    const { callback, args, repeats } = this.#options;
    try {
      this.#context.runInAsyncScope(callback, this, ...args);
    } finally {
      // Also after an error: where the server listens for it, the interval goes on.
      if (repeats && !this.#isClosed && this.#next === null) this.#arm();
    }
  }
}

/** What setImmediate returns. */
export class VirtualImmediate extends Refable {
  readonly #next: Scheduled;

  constructor(world: World, callback: Call, args: unknown[]) {
    super();
    const context = new AsyncResource('Immediate');
    this.#next = world.schedule(world.current(), 0, () => {
      context.runInAsyncScope(callback, this, ...args);
    });
  }

  close(): void {
    this.#next.cancel();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
