import type { Clock as FakeClock } from '@sinonjs/fake-timers';
import { type Clock, NS_PER_MS } from '../model/clock.ts';
import { createPrng, type Prng } from '../model/prng.ts';
import { createSignalListeners } from '../model/signal-listeners.ts';
import { UsageError } from '../model/usage-error.ts';
import { createEventQueue } from './event-queue.ts';
import { NotSimulable, type Owner, type Scheduled, type World } from './world.ts';

// Node runs many immediates in one turn of its loop, with all microtasks between two of them: one virtual event each.
const PUMPS = 64;
// A server that keeps making callbacks for this very instant would stop the clock for ever.
const EVENTS_AT_ONCE_MAX = 1_000_000;
// Nothing is scheduled, and yet the run is not over: something real may be on its way (a module), for so long.
const STANDSTILL_MS_MAX = 10_000;

/** The thread's own timers, taken before they are replaced. */
export interface RealTime {
  readonly setImmediate: (act: () => void) => unknown;
  readonly setTimeout: (act: () => void, ms: number) => unknown;
  /** ms, monotonic */
  readonly now: () => number;
}

export interface WorldOptions {
  readonly seed: number;
  /** ms since the epoch at which the run begins. */
  readonly epochMs: number;
  readonly clock: FakeClock;
  readonly real: RealTime;
}

export interface VirtualWorld extends World {
  /** The harness's clock in this world: ns since the start, whole ms. */
  readonly harnessClock: Clock;
  /**
   * Runs `main` as the harness and lets virtual time pass until it is done. Throws what it throws, what escapes the
   * harness's own callbacks, and a UsageError when the server does what cannot be simulated.
   */
  run<Value>(main: () => Promise<Value>): Promise<Value>;
}

export function createVirtualWorld(options: WorldOptions): VirtualWorld {
  return new SeededWorld(options);
}

class SeededWorld implements VirtualWorld {
  readonly harness: Owner;
  readonly harnessClock: Clock;
  readonly #clock: FakeClock;
  readonly #real: RealTime;
  readonly #epochMs: number;
  readonly #queue = createEventQueue();
  /** A Map: it goes with this world. */
  readonly #listeners = createSignalListeners(new Map());
  #jumpedMs = 0;
  #current: Owner;
  #isDone = false;
  #outside = 0;
  /** Of these, what the harness waits for itself: it has a limit of its own. */
  #patient = 0;
  /** What came back from outside, in the order in which it was begun: threads finish in any order. */
  #returned: (() => void)[] = [];
  #standsSince: number | null = null;
  #eventsAtOnce = 0;
  #lastNow = -1;
  #abort: (error: unknown) => void = () => {};

  constructor({ seed, epochMs, clock, real }: WorldOptions) {
    this.#clock = clock;
    this.#real = real;
    this.#epochMs = epochMs;
    clock.reset();
    clock.setSystemTime(epochMs);
    this.harness = harnessOwner(createPrng(seed).fork('harness'), (error) => this.abort(error));
    this.#current = this.harness;
    this.harnessClock = {
      now: () => this.nowMs() * NS_PER_MS,
      wall: () => this.wallMs(),
      sleep: (ms, signal) => this.#sleep(ms, signal),
      outside: (real) => this.#outsideOfHarness(real),
    };
  }

  nowMs(): number {
    return this.#clock.now - this.#epochMs - this.#jumpedMs;
  }

  wallMs(): number {
    return this.#clock.now - this.#jumpedMs;
  }

  serverWallMs(): number {
    return this.#clock.now;
  }

  current(): Owner {
    return this.#current;
  }

  schedule(owner: Owner, delayMs: number, act: () => void): Scheduled {
    return this.#queue.add(this.nowMs() + Math.max(0, Math.trunc(delayMs)), owner, act);
  }

  enter(owner: Owner, act: () => void): void {
    if (!owner.isAlive()) return;
    if (owner.postpone !== undefined) {
      owner.postpone(act);
      return;
    }
    this.#current = owner;
    try {
      act();
    } catch (error) {
      owner.failed(error);
    }
  }

  outside<Value>(real: Promise<Value>): Promise<Value> {
    return this.#outsideOf(this.#current, real);
  }

  async #outsideOfHarness<Value>(real: Promise<Value>): Promise<Value> {
    this.#patient += 1;
    const isBack = () => {
      this.#patient -= 1;
    };
    return this.#outsideOf(this.harness, real.finally(isBack));
  }

  #outsideOf<Value>(owner: Owner, real: Promise<Value>): Promise<Value> {
    const place = this.#returned.length;
    this.#returned.push(() => {});
    this.#outside += 1;
    return new Promise((resolve, reject) => {
      const back = (act: () => void) => {
        this.#returned[place] = () => this.schedule(owner, 0, act);
        this.#outside -= 1;
        if (this.#outside > 0) return;
        const returned = this.#returned;
        this.#returned = [];
        for (const deliver of returned) deliver();
      };
      real.then(
        (value) => back(() => resolve(value)),
        (error: unknown) => back(() => reject(error)),
      );
    });
  }

  watch(signal: AbortSignal, onAbort: () => void): () => void {
    return this.#listeners.listen(signal, onAbort);
  }

  jumpWall(byMs: number): void {
    this.#jumpedMs += byMs;
    this.#clock.setSystemTime(this.#clock.now + byMs);
  }

  abort(error: unknown): void {
    this.#abort(error);
  }

  async run<Value>(main: () => Promise<Value>): Promise<Value> {
    const aborted = new Promise<never>((_, reject) => {
      this.#abort = reject;
    });
    try {
      this.#current = this.harness;
      const result = main();
      for (let pump = 0; pump < PUMPS; pump += 1) this.#real.setImmediate(this.#pump);
      return await Promise.race([aborted, result]);
    } catch (error) {
      if (error instanceof NotSimulable) throw new UsageError(error.message, { cause: error });
      throw error;
    } finally {
      this.#isDone = true;
      this.#clock.reset();
    }
  }

  readonly #pump = (): void => {
    if (this.#isDone) return;
    const next = this.#outside > 0 ? undefined : this.#queue.take();
    if (next === undefined) {
      this.#wait();
      return;
    }
    this.#standsSince = null;
    const passesMs = next.atMs - this.nowMs();
    // No timer is kept in the fake clock, so that nothing but its own time has to move.
    if (passesMs > 0) this.#clock.now += passesMs;
    this.enter(next.owner, next.act);
    this.#watchForSpinning();
    this.#real.setImmediate(this.#pump);
  };

  /** Nothing can happen before something real has happened. */
  #wait(): void {
    if (this.#patient > 0) this.#standsSince = null;
    this.#standsSince ??= this.#real.now();
    if (this.#real.now() - this.#standsSince > STANDSTILL_MS_MAX) {
      const what = `virtual time has stood still for ${STANDSTILL_MS_MAX / 1000} s at ${this.nowMs()} ms`;
      this.abort(new NotSimulable(`${what}: the server waits for something that is not simulated.`));
      return;
    }
    this.#real.setTimeout(this.#pump, 1);
  }

  #watchForSpinning(): void {
    const now = this.#clock.now;
    if (now !== this.#lastNow) {
      this.#lastNow = now;
      this.#eventsAtOnce = 0;
      return;
    }
    this.#eventsAtOnce += 1;
    if (this.#eventsAtOnce <= EVENTS_AT_ONCE_MAX) return;
    const what = `${EVENTS_AT_ONCE_MAX} callbacks ran at ${this.nowMs()} ms without time passing`;
    this.abort(
      new NotSimulable(`${what}: the server spins (setImmediate in a loop?), which virtual time cannot follow.`),
    );
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (ms <= 0) {
        resolve();
        return;
      }
      // Never early: what is shorter than the clock's own step takes one step.
      const waking = this.schedule(this.harness, Math.ceil(ms), () => {
        forget?.();
        resolve();
      });
      const forget =
        signal &&
        this.watch(signal, () => {
          waking.cancel();
          reject(signal.reason);
        });
    });
  }
}

function harnessOwner(draw: Prng, onFailure: (error: unknown) => void): Owner {
  return { name: 'harness', isAlive: () => true, draw, failed: onFailure };
}
