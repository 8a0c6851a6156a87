import type { Owner, World } from '../world.ts';
import { type Call, isCall } from './replacement.ts';

/** A virtual BroadcastChannel: reaches every other of the same name, each in the boot that made it. */
export class VirtualBroadcast extends EventTarget {
  readonly name: string;
  readonly #world: World;
  readonly #owner: Owner;
  readonly #channels: Set<VirtualBroadcast>;
  #onmessage: Call | null = null;

  constructor(world: World, name: string, channels: Set<VirtualBroadcast>) {
    super();
    this.name = name;
    this.#world = world;
    this.#owner = world.current();
    this.#channels = channels;
    channels.add(this);
  }

  postMessage(message: unknown): void {
    if (!this.#channels.has(this)) throw new DOMException('BroadcastChannel is closed.', 'InvalidStateError');
    for (const other of this.#channels) {
      if (other === this || other.name !== this.name) continue;
      const data: unknown = structuredClone(message);
      this.#world.schedule(other.#owner, 0, () => {
        if (this.#channels.has(other)) other.dispatchEvent(new MessageEvent('message', { data }));
      });
    }
  }

  close(): void {
    this.#channels.delete(this);
  }

  get onmessage(): Call | null {
    return this.#onmessage;
  }

  set onmessage(listener: unknown) {
    if (this.#onmessage !== null) this.removeEventListener('message', this.#onmessage);
    this.#onmessage = isCall(listener) ? listener : null;
    if (this.#onmessage !== null) this.addEventListener('message', this.#onmessage);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
