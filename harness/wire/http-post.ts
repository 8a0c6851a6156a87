import type { ExchangeListener, RequestText } from './http-connection.ts';
import { httpFailure } from './http-failure.ts';
import type { HttpPool } from './http-pool.ts';
import type { HttpHead, ResponseReader } from './http-reply.ts';
import type { HttpHeaders, RawReply } from './wire.ts';

/** After its reply a response may go on this long (ms) before it is cut; an orderly server ends it at once. */
const LINGER_MS_MAX = 1_000;

export interface PostOptions {
  readonly request: RequestText;
  readonly timeoutMs: number;
  /** The caller's signal, and how it is listened to. */
  readonly signal: AbortSignal;
  listen(signal: AbortSignal, onAbort: () => void): () => void;
  /** Who reads what comes back. */
  readerFor(head: HttpHead): ResponseReader;
}

/** One POST under its time limit and the caller's signal. What ends the wait or breaks the connection is told, never thrown. */
export function postOver(pool: HttpPool, options: PostOptions): Promise<RawReply> {
  if (options.signal.aborted) return Promise.resolve({ kind: 'timeout', aborted: true });
  return new Promise((settle) => {
    new Post(options, settle).sendOver(pool);
  });
}

/** Takes a response as it arrives, without the streams and promises that a body of a few hundred bytes has no use for. */
class Post implements ExchangeListener {
  readonly #options: PostOptions;
  readonly #settle: (reply: RawReply) => void;
  readonly #limit: NodeJS.Timeout;
  readonly #unlisten: () => void;
  #cutOff: () => void = () => {};
  #reader: ResponseReader | null = null;
  #linger: NodeJS.Timeout | null = null;
  #isSettled = false;

  constructor(options: PostOptions, settle: (reply: RawReply) => void) {
    this.#options = options;
    this.#settle = settle;
    this.#limit = setTimeout(() => this.#giveUp(false), options.timeoutMs);
    this.#unlisten = options.listen(options.signal, () => this.#giveUp(true));
  }

  sendOver(pool: HttpPool): void {
    this.#cutOff = pool.send(this.#options.request, this);
  }

  onHead(status: number, headers: HttpHeaders): void {
    this.#reader = this.#options.readerFor({ status, headers });
  }

  onData(chunk: Buffer): void {
    if (this.#isSettled) return;
    const reply = this.#reader?.data(chunk) ?? null;
    if (reply === null) return;
    this.#finish(reply);
    // What follows is read on, so that the connection can be used again.
    this.#linger = setTimeout(() => this.#cutOff(), reply.kind === 'answered' ? LINGER_MS_MAX : 0).unref();
  }

  onEnd(): void {
    this.#over();
    if (!this.#isSettled) this.#finish(this.#reader?.end() ?? { kind: 'eof', message: 'the response never began' });
  }

  onFailure(error: Error): void {
    this.#over();
    if (!this.#isSettled) this.#finish(httpFailure(error));
  }

  #giveUp(aborted: boolean): void {
    if (this.#isSettled) return;
    this.#finish({ kind: 'timeout', aborted });
    this.#cutOff();
  }

  #finish(reply: RawReply): void {
    this.#isSettled = true;
    clearTimeout(this.#limit);
    this.#unlisten();
    this.#settle(reply);
  }

  #over(): void {
    if (this.#linger !== null) clearTimeout(this.#linger);
  }
}
