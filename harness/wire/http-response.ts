import type { HttpHeaders } from './wire.ts';

/** Who hears what a connection says in answer to one request. */
export interface ResponseListener {
  /** `headers`: names in lower case; of one that came several times the values with commas between. */
  onHead(status: number, headers: HttpHeaders): void;
  onData(chunk: Buffer): void;
  /** It is complete. `next`: what the connection is good for. */
  onEnd(next: Reuse): void;
}

export interface Reuse {
  /** Another request may go over it. */
  readonly isKept: boolean;
  /** The server closes it after so long without one; null: it does not say. */
  readonly idleMs: number | null;
}

/** What came is no HTTP/1 response. */
export class HttpParserError extends Error {
  override readonly name = 'HTTPParserError';
}

/** Reads responses off a connection, one after another, each in whatever pieces it comes. */
export interface ResponseParser {
  /** Throws an HttpParserError. */
  feed(chunk: Buffer, listener: ResponseListener): void;
  /** The server has closed the connection. true: that is how it ended a response that said nothing of its length. */
  closed(listener: ResponseListener): boolean;
  /** Nothing of a response has come that is not over. */
  readonly isBetween: boolean;
}

const HEAD_BYTES_MAX = 64 * 1024;
/** A size in hexadecimal and whatever a server writes behind it. */
const CHUNK_LINE_BYTES_MAX = 4 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const VERSION = 'HTTP/1.';
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d{2})(?: .*)?$/;
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/;
const CHUNK_LINE = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/;

type State = 'head' | 'length' | 'chunk-line' | 'chunk' | 'chunk-end' | 'trailers' | 'until-close';

interface Head {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: 'none' | 'length' | 'chunked' | 'until-close';
  readonly length: number;
  readonly reuse: Reuse;
}

export function createResponseParser(): ResponseParser {
  return new Parser();
}

class Parser implements ResponseParser {
  #state: State = 'head';
  /** The beginning of a head or a line whose end has not come yet. */
  #kept: Buffer | null = null;
  /** Bytes of the body, or of the chunk, still to come. */
  #left = 0;
  #head: Head | null = null;
  /** A server's heads hardly differ: the same text is read once. */
  #lastText = '';
  #last: Head | null = null;

  get isBetween(): boolean {
    return this.#state === 'head' && this.#kept === null;
  }

  feed(chunk: Buffer, listener: ResponseListener): void {
    let rest: Buffer | null = chunk;
    while (rest !== null && rest.length > 0) rest = this.#step(rest, listener);
  }

  closed(listener: ResponseListener): boolean {
    if (this.#state !== 'until-close') return false;
    this.#end(listener);
    return true;
  }

  /** Reads on, and gives what it did not need yet. */
  #step(bytes: Buffer, listener: ResponseListener): Buffer | null {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, listener);
      case 'length':
      case 'chunk':
        return this.#readBody(bytes, listener);
      case 'until-close':
        listener.onData(bytes);
        return null;
      default:
        return this.#readLine(bytes, listener);
    }
  }

  #readHead(bytes: Buffer, listener: ResponseListener): Buffer | null {
    const whole = this.#withKept(bytes);
    const end = whole.indexOf(HEAD_END);
    if (end < 0) {
      const begin = whole.toString('latin1', 0, VERSION.length);
      if (!VERSION.startsWith(begin)) throw new HttpParserError('what it answers does not match the HTTP/1.1 protocol');
      if (whole.length > HEAD_BYTES_MAX) throw new HttpParserError('the head of the answer is too long');
      this.#kept = whole;
      return null;
    }
    const head = this.#headOf(whole.toString('utf8', 0, end));
    const rest = whole.subarray(end + HEAD_END.length);
    // Announced before the response proper, of which it is no part.
    if (head.status < 200) return rest;
    this.#head = head;
    listener.onHead(head.status, head.headers);
    if (head.body === 'none' || (head.body === 'length' && head.length === 0)) this.#end(listener);
    else {
      this.#left = head.length;
      this.#state = head.body === 'chunked' ? 'chunk-line' : head.body;
    }
    return rest;
  }

  #headOf(text: string): Head {
    if (this.#last === null || text !== this.#lastText) {
      this.#last = readHead(text);
      this.#lastText = text;
    }
    return this.#last;
  }

  #readBody(bytes: Buffer, listener: ResponseListener): Buffer | null {
    const taken = Math.min(this.#left, bytes.length);
    this.#left -= taken;
    listener.onData(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    if (this.#left === 0) {
      if (this.#state === 'chunk') this.#state = 'chunk-end';
      else this.#end(listener);
    }
    return taken === bytes.length ? null : bytes.subarray(taken);
  }

  /** What stands between chunks and after the last one. */
  #readLine(bytes: Buffer, listener: ResponseListener): Buffer | null {
    const whole = this.#withKept(bytes);
    const end = whole.indexOf(LINE_END);
    if (end < 0) {
      if (whole.length > CHUNK_LINE_BYTES_MAX) throw new HttpParserError('a line of the answer is too long');
      this.#kept = whole;
      return null;
    }
    this.#takeLine(whole.toString('latin1', 0, end), listener);
    return whole.subarray(end + LINE_END.length);
  }

  #takeLine(line: string, listener: ResponseListener): void {
    if (this.#state === 'trailers') {
      if (line === '') this.#end(listener);
      return;
    }
    if (this.#state === 'chunk-end') {
      if (line !== '') throw new HttpParserError('a chunk of the answer is longer than it says');
      this.#state = 'chunk-line';
      return;
    }
    const size = CHUNK_LINE.exec(line)?.[1];
    if (size === undefined) throw new HttpParserError('a chunk of the answer has no size');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk';
  }

  #end(listener: ResponseListener): void {
    const { reuse = { isKept: false, idleMs: null } } = this.#head ?? {};
    this.#state = 'head';
    this.#head = null;
    listener.onEnd(reuse);
  }

  #withKept(bytes: Buffer): Buffer {
    const kept = this.#kept;
    this.#kept = null;
    return kept === null ? bytes : Buffer.concat([kept, bytes]);
  }
}

function readHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, digits] = STATUS_LINE.exec(first) ?? [];
  if (digits === undefined) throw new HttpParserError('what it answers does not match the HTTP/1.1 protocol');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value = ''] = HEADER_LINE.exec(line) ?? [];
    if (name === undefined) throw new HttpParserError('a header of the answer is none');
    const key = name.toLowerCase();
    headers[key] = Object.hasOwn(headers, key) ? `${headers[key]},${value}` : value;
  }
  const status = Number(digits);
  if (status === 101) throw new HttpParserError('the server changes to another protocol, which nobody asked for');
  const { body, length } = bodyOf(status, headers);
  const connection = (headers.connection ?? '').toLowerCase();
  const isKept =
    body !== 'until-close' && (minor === '1' ? !connection.includes('close') : connection.includes('keep-alive'));
  const seconds = /timeout=(\d+)/i.exec(headers['keep-alive'] ?? '')?.[1];
  return {
    status,
    headers,
    body,
    length,
    reuse: { isKept, idleMs: seconds === undefined ? null : Number(seconds) * 1000 },
  };
}

/** How the body ends (RFC 9112, 6.3). */
function bodyOf(status: number, headers: HttpHeaders): Pick<Head, 'body' | 'length'> {
  const { 'transfer-encoding': encoding, 'content-length': announced } = headers;
  if (status < 200 || status === 204 || status === 304) return { body: 'none', length: 0 };
  if (encoding !== undefined) {
    if (announced !== undefined) throw new HttpParserError('the answer has a length and comes in chunks');
    return { body: /(^|,)[ \t]*chunked$/i.test(encoding) ? 'chunked' : 'until-close', length: 0 };
  }
  if (announced === undefined) return { body: 'until-close', length: 0 };
  if (!/^\d{1,15}$/.test(announced)) throw new HttpParserError('the length of the answer is no number');
  return { body: 'length', length: Number(announced) };
}
