import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { histogramsOf, type LatencyHistograms } from '../model/latency-histograms.ts';
import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { bootIdOf } from './boot-id.ts';
import {
  type ClockMap,
  type ClockReading,
  mapClock,
  type Pong,
  readClock,
  type SameClock,
  sameClock,
} from './clock-offset.ts';
import type { GeneratorLink } from './link.ts';
import { createMailbox } from './mailbox.ts';
import type { FromGenerator } from './message.ts';

/** It will say nothing more: its part of the load is not there. */
export class GeneratorLost extends Error {
  override readonly name = 'GeneratorLost';
}

/** What one generator brought back. */
export interface Harvest {
  readonly member: Member;
  /** Its history as it wrote it, by its own clock, packed. */
  readonly history: string;
  readonly toOurs: ClockMap;
  /** Its clock is ours; else no instant of it is known better than the readings. */
  readonly isSameClock: boolean;
  readonly histograms: LatencyHistograms;
  readonly readings: readonly [first: ClockReading, last: ClockReading];
}

type Message<Kind extends FromGenerator['kind']> = Extract<FromGenerator, { readonly kind: Kind }>;

/** One generator, as whoever divides the load follows it. Every wait ends with a GeneratorLost when it is lost. */
export class Member {
  readonly name: string;
  readonly share: Plan;
  readonly #link: GeneratorLink;
  readonly #clock: Clock;
  readonly #box = createMailbox<FromGenerator>();
  #pings = 0;
  #onPong: (pong: Message<'pong'>) => void = () => {};
  #reading: ClockReading | null = null;
  #shared: SameClock | null = null;
  #ready: Message<'ready'> | null = null;
  #why: string | null = null;

  constructor({ link, share, clock }: { readonly link: GeneratorLink; readonly share: Plan; readonly clock: Clock }) {
    this.name = link.name;
    this.share = share;
    this.#link = link;
    this.#clock = clock;
    void link.lost.then((why) => this.lose(why));
    link.onMessage((message) => this.#hear(message));
  }

  /** What it said of itself; null: it never did. */
  get ready(): Message<'ready'> | null {
    return this.#ready;
  }

  /** Why it is lost; null: it is not. */
  get why(): string | null {
    return this.#why;
  }

  lose(why: string): void {
    this.#why ??= why;
    this.#box.fail(new GeneratorLost(this.#why));
  }

  /** Hands it its share, waits until its agents are connected, and reads its clock. */
  async prepare(url: string): Promise<void> {
    await this.#tell({ kind: 'share', name: this.name, url, plan: this.share });
    this.#ready = await this.#box.take('ready');
    this.#reading = await this.#readClock();
    const { bootId, originNs } = this.#ready;
    if (bootId !== null && bootId === bootIdOf()) this.#shared = sameClock(BigInt(originNs), this.#clock);
  }

  /** `atT` by our clock. */
  async start(atT: number): Promise<void> {
    const aheadNs = this.#shared?.aheadNs ?? this.#firstReading().aheadNs;
    await this.#tell({ kind: 'start', atT: Math.round(atT + aheadNs) });
  }

  /** Resolves when its load has ended. */
  async ended(): Promise<void> {
    await this.#box.take('ended');
  }

  /** It ends its load early, and is asked for what it has all the same. */
  async stop(why: string): Promise<void> {
    await this.#tell({ kind: 'stop', why });
  }

  /** Takes everything it has recorded into a file of the folder, as it comes. */
  async harvest(folder: string): Promise<Harvest> {
    const first = this.#firstReading();
    const last = await this.#readClock();
    const history = join(folder, `${this.name}.jsonl.gz`);
    await this.#tell({ kind: 'send' });
    const file = openSync(history, 'w');
    try {
      for (;;) {
        const message = await this.#box.take('history', 'done');
        if (message.kind === 'history') writeSync(file, Buffer.from(message.piece, 'base64'));
        else return this.#brought({ history, histograms: histogramsOf(message.histograms), readings: [first, last] });
      }
    } finally {
      closeSync(file);
    }
  }

  #brought(what: Pick<Harvest, 'history' | 'histograms' | 'readings'>): Harvest {
    const toOurs = this.#shared?.toOurs ?? mapClock(...what.readings);
    return { member: this, ...what, toOurs, isSameClock: this.#shared !== null };
  }

  #hear(message: FromGenerator): void {
    if (message.kind === 'pong') this.#onPong(message);
    else if (message.kind !== 'failed') this.#box.put(message);
    // What it cannot do, nobody can with these options: that is no loss.
    else if (message.isUsage) this.#box.fail(new UsageError(`${this.name}: ${message.message}`));
    else this.lose(message.message);
  }

  #readClock(): Promise<ClockReading> {
    return readClock(async (): Promise<Pong> => {
      this.#pings += 1;
      const id = this.#pings;
      const sentT = this.#clock.now();
      const pong = new Promise<Pong>((resolve) => {
        this.#onPong = (answer) => {
          if (answer.id !== id) return;
          const { t, wall } = answer;
          resolve({ sentT, receivedT: this.#clock.now(), receivedWall: wallNow(), t, wall });
        };
      });
      await this.#tell({ kind: 'ping', id });
      return Promise.race([pong, this.#box.failed]);
    });
  }

  #firstReading(): ClockReading {
    if (this.#reading === null) throw new Error(`the clock of ${this.name} was never read`);
    return this.#reading;
  }

  async #tell(message: Parameters<GeneratorLink['tell']>[0]): Promise<void> {
    if (this.#why === null) await this.#link.tell(message);
  }
}

function wallNow(): number {
  return performance.timeOrigin + performance.now();
}
