import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { isObject, parseJson, readMessage } from '../wire/json-rpc.ts';
import type { LineStream } from '../wire/wire.ts';
import type { Witness } from '../wire/witness/witness.ts';
import { createLineLimit } from './line-limit.ts';

/** The one conversation on a pipe, over all boots of the server. */
export const PIPE = 'stdio';

/** The pipe to a client that is not ours, which takes us for its server. */
export interface ClientPipe {
  /** Takes the link to a new boot. Resolves when the boot may be spoken to: a second one is greeted again in the client's name first. */
  attach(stream: LineStream, boot: number): Promise<void>;
  /** Resolves when the client has closed its end, with how. */
  readonly ended: Promise<string>;
  close(): void;
}

// What a client sends while the server is down waits for it; a client that floods has more to lose than we have memory.
const WAITING_MAX = 10_000;

export interface PipeOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly witness: Witness;
}

export function openClientPipe(options: PipeOptions): ClientPipe {
  return new Pipe(options);
}

class Pipe implements ClientPipe {
  readonly ended: Promise<string>;
  readonly #options: PipeOptions;
  readonly #lines: ReturnType<typeof createInterface>;
  readonly #waiting: string[] = [];
  #stream: LineStream | null = null;
  /** What the client greeted the server with, to be said again to the next boot; null: nothing, or it needs no greeting. */
  #greeting: { readonly request: string; isConfirmed: boolean } | null = null;
  #end: (why: string) => void = () => {};

  constructor(options: PipeOptions) {
    this.#options = options;
    const { input, output } = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#lines = createInterface({ input: input.pipe(createLineLimit()), crlfDelay: Number.POSITIVE_INFINITY });
    this.#lines.on('line', (line) => {
      if (line.trim() !== '') this.#take(line);
    });
    this.#lines.once('close', () => this.#end('the client closed its pipe'));
    input.once('error', (error) => this.#end(`the client's pipe broke: ${error.message}`));
    output.on('error', () => this.#end('the client reads no more'));
  }

  async attach(stream: LineStream, boot: number): Promise<void> {
    const greeted = this.#greetAgain(stream, boot);
    stream.onLine((line) => {
      if (!greeted.takes(line)) this.#deliver(line);
    });
    stream.onClose(() => {
      if (this.#stream === stream) this.#stream = null;
      greeted.giveUp('it ended before it answered');
    });
    await greeted.done;
    this.#stream = stream;
    for (const line of this.#waiting.splice(0)) stream.send(line);
  }

  close(): void {
    this.#lines.close();
    this.#options.input.destroy();
  }

  #take(line: string): void {
    const message = parseJson(line);
    this.#remember(message, line);
    const { witness } = this.#options;
    witness.sent({ conn: PIPE, agent: 1, message, bytes: Buffer.byteLength(line), hasSession: false });
    if (this.#stream?.send(line) === true) return;
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(line);
  }

  #deliver(line: string): void {
    this.#options.output.write(`${line}\n`);
    const read = readMessage(parseJson(line));
    const { witness } = this.#options;
    if (read.kind === 'notification') witness.heard(PIPE, read.notification);
    if (read.kind !== 'reply' || read.reply.id === null) return;
    const { reply, raw: whole } = read;
    witness.answered(PIPE, read.reply.id, {
      kind: 'answered',
      message: reply,
      whole,
      http: null,
      headers: {},
      raw: line,
    });
  }

  #remember(message: unknown, line: string): void {
    const method = isObject(message) ? message.method : undefined;
    if (method === 'initialize') this.#greeting = { request: line, isConfirmed: false };
    if (method === 'notifications/initialized' && this.#greeting !== null) this.#greeting.isConfirmed = true;
  }

  /** Says to a boot that nobody has greeted what the client said to the first; its answer is for nobody. */
  #greetAgain(stream: LineStream, boot: number) {
    const greeting = this.#greeting;
    const id = `claimcheck-greeting-${boot}`;
    let settle: (error: Error | null) => void = () => {};
    const isNeeded = greeting !== null && boot > 1;
    const done = new Promise<void>((resolve, reject) => {
      settle = (error) => (error === null ? resolve() : reject(error));
    });
    if (!isNeeded) settle(null);
    else stream.send(JSON.stringify({ ...objectIn(greeting.request), id }));
    return {
      done,
      giveUp: (why: string) => settle(new Error(why)),
      takes(line: string): boolean {
        if (!isNeeded || !line.includes(id) || objectIn(line).id !== id) return false;
        if (greeting.isConfirmed) stream.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
        settle(null);
        return true;
      },
    };
  }
}

function objectIn(line: string): Readonly<Record<string, unknown>> {
  const value = parseJson(line);
  return isObject(value) ? value : {};
}
