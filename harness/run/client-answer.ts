import type { ServerResponse } from 'node:http';
import { type Spoilt, slices } from '../execution/spoilt-message.ts';
import type { Pace } from '../model/fault.ts';
import type { Hearing } from './foreign-exchange.ts';

/** What a client of the proxy is given in answer to one request: as the server sent it, slowly, spoilt, or a part of it. */
export class ClientAnswer {
  readonly #response: ServerResponse;
  readonly #hearing: Hearing | null;
  readonly #sleep: (ms: number) => Promise<void>;
  #status = 200;
  #headers: Record<string, string> = {};
  #form: 'body' | 'stream' = 'body';
  #pace: Pace | null = null;

  constructor(response: ServerResponse, hearing: Hearing | null, sleep: (ms: number) => Promise<void>) {
    this.#response = response;
    this.#hearing = hearing;
    this.#sleep = sleep;
  }

  /** What the server said before the message that is ruled on next. */
  begins(status: number, headers: Record<string, string>, form: 'body' | 'stream'): void {
    this.#status = status;
    this.#headers = headers;
    this.#form = form;
  }

  slowDown(pace: Pace): void {
    this.#pace = pace;
  }

  /** The whole of an answer that is no stream. */
  async body(body: Buffer): Promise<void> {
    const response = this.#response;
    if (response.destroyed || response.headersSent) return;
    this.#hearing?.body(body.toString('utf8'), this.#status, this.#headers);
    this.#writeHead(body.length);
    if (this.#pace !== null) await this.#write(body);
    response.end(this.#pace === null ? body : undefined);
  }

  /** One event of a stream, in the bytes it came in. */
  async event(raw: string): Promise<void> {
    await this.#write(Buffer.from(raw));
    this.#pace = null;
  }

  /** In place of the message that was ruled on. `ends`: its connection ends within it. */
  altered({ bytes, ends }: Spoilt & { readonly ends: boolean }): void {
    const response = this.#response;
    if (response.destroyed) return;
    const isStream = this.#form === 'stream';
    const { socket } = response;
    // One byte more than ever comes: a client must see that something is missing.
    if (!response.headersSent) this.#writeHead(ends ? bytes.length + 1 : bytes.length);
    const text = bytes.toString('utf8');
    if (ends) this.#hearing?.lost({ kind: 'reset', message: 'the connection was cut within the answer' });
    else if (isStream) this.#hearing?.event(text, this.#status, this.#headers);
    else this.#hearing?.body(text, this.#status, this.#headers);
    const shown = isStream ? Buffer.concat([Buffer.from('data: '), bytes]) : bytes;
    if (ends) response.write(shown, () => socket?.resetAndDestroy());
    else if (isStream) response.write(Buffer.concat([shown, Buffer.from('\n\n')]));
    else response.end(shown);
  }

  #writeHead(length: number): void {
    const told = this.#form === 'body' ? { 'content-length': String(length) } : {};
    this.#response.writeHead(this.#status, { ...this.#headers, ...told });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const response = this.#response;
    const pace = this.#pace;
    if (pace === null) {
      response.write(bytes);
      return;
    }
    for await (const slice of slices(bytes, pace, this.#sleep)) {
      if (response.destroyed) return;
      response.write(slice);
    }
  }
}
