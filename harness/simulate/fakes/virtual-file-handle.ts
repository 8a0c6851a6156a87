import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { Readable } from 'node:stream';
import type { World } from '../world.ts';
import { signalOf } from './abort-error.ts';
import { piecesOf } from './file-data.ts';
import { promised } from './file-delay.ts';
import { writeInFlight } from './open-files.ts';
import { functionAt } from './replacement.ts';

/** What fs.promises.open gives, in virtual time: each call is done at once and told 1 to 3 ms later. */
export class VirtualFileHandle extends EventEmitter {
  readonly #world: World;
  #fd: number;

  constructor(world: World, fd: number) {
    super();
    this.#world = world;
    this.#fd = fd;
  }

  get fd(): number {
    return this.#fd;
  }

  async appendFile(data: unknown, options?: unknown): Promise<void> {
    await this.writeFile(data, options);
  }

  async writeFile(data: unknown, options?: unknown): Promise<void> {
    const signal = signalOf(options);
    const pieces = piecesOf(data);
    if (pieces === null) await this.#write('writeFileSync', [data, options], signal);
    else for await (const piece of pieces) await this.#write('writeFileSync', [piece, options], signal);
  }

  async write(data: unknown, ...where: unknown[]): Promise<{ bytesWritten: unknown; buffer: unknown }> {
    return { bytesWritten: await this.#write('writeSync', [data, ...where]), buffer: data };
  }

  async writev(buffers: unknown, ...where: unknown[]): Promise<{ bytesWritten: unknown; buffers: unknown }> {
    return { bytesWritten: await this.#write('writevSync', [buffers, ...where]), buffers };
  }

  async read(...args: unknown[]): Promise<{ bytesRead: unknown; buffer: unknown }> {
    const [buffer, ...where] = readArguments(args);
    return { bytesRead: await this.#call('readSync', [buffer, ...where]), buffer };
  }

  async readv(buffers: unknown, position?: unknown): Promise<{ bytesRead: unknown; buffers: unknown }> {
    return { bytesRead: await this.#call('readvSync', [buffers, position]), buffers };
  }

  async readFile(options?: unknown): Promise<unknown> {
    return promised(this.#world, () => this.#now('readFileSync', [options]), { signal: signalOf(options) });
  }

  async stat(options?: unknown): Promise<unknown> {
    return this.#call('fstatSync', [options]);
  }

  async truncate(length: unknown = 0): Promise<void> {
    await this.#call('ftruncateSync', [length]);
  }

  async chmod(mode: unknown): Promise<void> {
    await this.#call('fchmodSync', [mode]);
  }

  async chown(user: unknown, group: unknown): Promise<void> {
    await this.#call('fchownSync', [user, group]);
  }

  async utimes(accessed: unknown, modified: unknown): Promise<void> {
    await this.#call('futimesSync', [accessed, modified]);
  }

  async sync(): Promise<void> {
    await this.#call('fsyncSync', []);
  }

  async datasync(): Promise<void> {
    await this.#call('fdatasyncSync', []);
  }

  /** Only the first call closes it, as in Node. */
  async close(): Promise<void> {
    if (this.#fd === -1) return;
    const fd = this.#fd;
    this.#fd = -1;
    await promised(this.#world, () => fs.closeSync(fd));
    this.emit('close');
  }

  createReadStream(options: object = {}): fs.ReadStream {
    const stream = fs.createReadStream('', { ...options, fd: this.#fd });
    this.#closesWith(stream);
    return stream;
  }

  createWriteStream(options: object = {}): fs.WriteStream {
    const stream = fs.createWriteStream('', { ...options, fd: this.#fd });
    this.#closesWith(stream);
    return stream;
  }

  readLines(options: object = {}): Interface {
    return createInterface({ input: this.createReadStream(options), crlfDelay: Number.POSITIVE_INFINITY });
  }

  readableWebStream(): unknown {
    return Readable.toWeb(this.createReadStream({ autoClose: false }));
  }

  getAsyncId(): number {
    return this.#fd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #call(name: string, args: readonly unknown[]): Promise<unknown> {
    return promised(this.#world, () => this.#now(name, args));
  }

  #now(name: string, args: readonly unknown[]): unknown {
    return Reflect.apply(functionAt(fs, name), fs, [this.#fd, ...args]);
  }

  #write(name: string, args: readonly unknown[], signal: AbortSignal | null = null): Promise<unknown> {
    let heard = () => {};
    return promised(
      this.#world,
      () => {
        const written = writeInFlight(this.#world.current(), this.#fd, () => this.#now(name, args));
        heard = written.heard;
        return written.value;
      },
      { signal, heard: () => heard() },
    );
  }

  /** A stream closes the descriptor itself, unless it was told not to. */
  #closesWith(stream: EventEmitter): void {
    stream.once('close', () => {
      if (Reflect.get(stream, 'fd') !== null) return;
      this.#fd = -1;
      this.emit('close');
    });
  }
}

/** read(), read(options), read(buffer, options) and read(buffer, offset, length, position): as readSync takes them. */
export function readArguments(args: readonly unknown[]): readonly unknown[] {
  const [first, ...rest] = args;
  if (ArrayBuffer.isView(first)) return [first, ...rest];
  const options: object = typeof first === 'object' && first !== null ? first : {};
  const given: unknown = Reflect.get(options, 'buffer');
  // Node's own size for a buffer nobody gave.
  const buffer = ArrayBuffer.isView(given) ? given : Buffer.alloc(16_384);
  return [buffer, options];
}
