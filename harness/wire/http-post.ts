import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { httpFailure } from './http-failure.ts';
import type { HttpHead, ResponseReader } from './http-reply.ts';
import type { HttpHeaders, RawReply } from './wire.ts';

/** After its reply a response may go on this long (ms) before it is cut; an orderly server ends it at once. */
const LINGER_MS_MAX = 1_000;

type Controller = Dispatcher.DispatchController;

export interface PostOptions {
  readonly path: string;
  readonly text: string;
  readonly headers: HttpHeaders;
  readonly timeoutMs: number;
  /** The caller's signal, and how it is listened to. */
  readonly signal: AbortSignal;
  listen(signal: AbortSignal, onAbort: () => void): () => void;
  /** Who reads what comes back. */
  readerFor(head: HttpHead): ResponseReader;
}

/** One POST under its time limit and the caller's signal. What ends the wait or breaks the connection is told, never thrown. */
export function postOver(dispatcher: Dispatcher, options: PostOptions): Promise<RawReply> {
  const { path, text, headers, signal } = options;
  if (signal.aborted) return Promise.resolve({ kind: 'timeout', aborted: true });
  return new Promise((settle) => {
    dispatcher.dispatch({ method: 'POST', path, body: text, headers }, new Post(options, settle));
  });
}

/** Takes a response as it arrives, without the streams and promises that a body of a few hundred bytes has no use for. */
class Post implements Dispatcher.DispatchHandler {
  readonly #options: PostOptions;
  readonly #settle: (reply: RawReply) => void;
  readonly #limit: NodeJS.Timeout;
  readonly #unlisten: () => void;
  #controller: Controller | null = null;
  #reader: ResponseReader | null = null;
  #linger: NodeJS.Timeout | null = null;
  #isSettled = false;
  #isCut = false;

  constructor(options: PostOptions, settle: (reply: RawReply) => void) {
    this.#options = options;
    this.#settle = settle;
    this.#limit = setTimeout(() => this.#giveUp(false), options.timeoutMs);
    this.#unlisten = options.listen(options.signal, () => this.#giveUp(true));
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // The wait was over before there was a socket for it.
    if (this.#isCut) controller.abort(new Error('nobody waits for this any more'));
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    // What is announced before the response proper (100, 103) has no body.
    if (status >= 200) this.#reader = this.#options.readerFor({ status, headers: flatten(headers) });
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.#isSettled) return;
    const reply = this.#reader?.data(chunk) ?? null;
    if (reply === null) return;
    this.#finish(reply);
    // What follows is read on, so that the connection can be used again.
    this.#linger = setTimeout(() => this.#cut(), reply.kind === 'answered' ? LINGER_MS_MAX : 0).unref();
  }

  onResponseEnd(): void {
    this.#over();
    if (!this.#isSettled) this.#finish(this.#reader?.end() ?? { kind: 'eof', message: 'the response never began' });
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#over();
    if (!this.#isSettled) this.#finish(httpFailure(error));
  }

  #giveUp(aborted: boolean): void {
    if (this.#isSettled) return;
    this.#finish({ kind: 'timeout', aborted });
    this.#cut();
  }

  #cut(): void {
    this.#isCut = true;
    this.#controller?.abort(new Error('nobody waits for this any more'));
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

/** undici gives names in lower case, and a list where a header came several times. */
function flatten(headers: IncomingHttpHeaders): HttpHeaders {
  const flat: Record<string, string> = {};
  for (const name in headers) flat[name] = String(headers[name]);
  return flat;
}
