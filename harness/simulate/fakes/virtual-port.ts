import type { Owner, World } from '../world.ts';
import { refuse } from './refusal.ts';
import { type Call, isCall } from './replacement.ts';

/** One end of a virtual MessageChannel, with the listeners of the web and those of Node. */
export class VirtualPort extends EventTarget {
  readonly #world: World;
  readonly #owner: Owner;
  readonly #waiting: { readonly message: unknown }[] = [];
  readonly #wrapped = new WeakMap<Call, (event: Event) => void>();
  #other: VirtualPort | null = null;
  #isStarted = false;
  #isRefed = false;
  #onmessage: Call | null = null;

  static pair(world: World): { readonly port1: VirtualPort; readonly port2: VirtualPort } {
    const [port1, port2] = [new VirtualPort(world), new VirtualPort(world)];
    port1.#other = port2;
    port2.#other = port1;
    return { port1, port2 };
  }

  private constructor(world: World) {
    super();
    this.#world = world;
    this.#owner = world.current();
  }

  postMessage(message: unknown, transfer?: unknown): void {
    const list = transferListOf(transfer);
    if (list.some((one) => one instanceof VirtualPort)) refuse(this.#world, 'postMessage', 'sending a port to another');
    const copy: unknown = structuredClone(message, { transfer: list.filter((one) => one instanceof ArrayBuffer) });
    const other = this.#other;
    if (other !== null) other.#receive(copy);
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const _ of this.#waiting) this.#deliverSoon();
  }

  /** Both ends hear of it; what has not arrived is lost. */
  close(): void {
    for (const end of [this, this.#other]) {
      if (end === null) continue;
      end.#waiting.length = 0;
      end.#other = null;
      end.#world.schedule(end.#owner, 0, () => end.dispatchEvent(new Event('close')));
    }
  }

  /** The oldest message, taken without an event: receiveMessageOnPort. */
  take(): { readonly message: unknown } | undefined {
    return this.#waiting.shift();
  }

  get onmessage(): Call | null {
    return this.#onmessage;
  }

  set onmessage(listener: unknown) {
    if (this.#onmessage !== null) this.removeEventListener('message', this.#onmessage);
    this.#onmessage = isCall(listener) ? listener : null;
    if (this.#onmessage !== null) this.addEventListener('message', this.#onmessage);
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...args);
    if (args[0] !== 'message') return;
    this.#isRefed = true;
    this.start();
  }

  on(type: string, listener: Call): this {
    this.addEventListener(type, this.#wrap(listener));
    return this;
  }

  once(type: string, listener: Call): this {
    this.addEventListener(type, this.#wrap(listener), { once: true });
    return this;
  }

  off(type: string, listener: Call): this {
    this.removeEventListener(type, this.#wrap(listener));
    return this;
  }

  addListener(type: string, listener: Call): this {
    return this.on(type, listener);
  }

  removeListener(type: string, listener: Call): this {
    return this.off(type, listener);
  }

  ref(): void {
    this.#isRefed = true;
  }

  unref(): void {
    this.#isRefed = false;
  }

  hasRef(): boolean {
    return this.#isRefed;
  }

  #receive(message: unknown): void {
    this.#waiting.push({ message });
    if (this.#isStarted) this.#deliverSoon();
  }

  #deliverSoon(): void {
    this.#world.schedule(this.#owner, 0, () => {
      const next = this.take();
      if (next !== undefined) this.dispatchEvent(new MessageEvent('message', { data: next.message }));
    });
  }

  /** Node's listeners get the message, not the event. */
  #wrap(listener: Call): (event: Event) => void {
    const known = this.#wrapped.get(listener);
    if (known !== undefined) return known;
    const wrapped = (event: Event) => {
      Reflect.apply(listener, this, event instanceof MessageEvent ? [event.data] : [event]);
    };
    this.#wrapped.set(listener, wrapped);
    return wrapped;
  }
}

function transferListOf(transfer: unknown): readonly unknown[] {
  if (Array.isArray(transfer)) return transfer;
  if (typeof transfer !== 'object' || transfer === null) return [];
  const list: unknown = Reflect.get(transfer, 'transfer');
  return Array.isArray(list) ? list : [];
}
