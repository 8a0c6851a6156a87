import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createResponseParser, type ResponseListener, type Reuse } from './http-response.ts';

/** One request, as whoever sent it follows it. Exactly one of the last two is called, and nothing after it. */
export interface ExchangeListener extends Pick<ResponseListener, 'onHead' | 'onData'> {
  onEnd(): void;
  /** The connection broke, or what came is no HTTP. An orderly end in the middle has no `code`. */
  onFailure(error: Error): void;
}

/** What goes over the wire as it stands. `isPlain`: every character is one byte. */
export interface RequestText {
  readonly text: string;
  readonly isPlain: boolean;
}

/** A server that does not even take the connection by then is not there. */
const CONNECT_MS_MAX = 10_000;

/** One connection to a server, for one request at a time. */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #parser = createResponseParser();
  readonly #onFree: (reuse: Reuse) => void;
  readonly #onGone: () => void;
  #exchange: ExchangeListener | null = null;
  #isGone = false;
  /** The response is over: what of the same piece is left is none of its. */
  #over: Reuse | null = null;

  /** `onFree`: another request may be sent. `onGone`: none ever again; called once. */
  constructor(url: URL, heard: { readonly onFree: (reuse: Reuse) => void; readonly onGone: () => void }) {
    this.#onFree = heard.onFree;
    this.#onGone = heard.onGone;
    this.#socket = openSocket(url);
    const limit = setTimeout(() => {
      const error = new Error(`no connection within ${CONNECT_MS_MAX} ms`);
      this.#fail(Object.assign(error, { code: 'CONNECT_TIMEOUT' }));
    }, CONNECT_MS_MAX);
    this.#socket
      .once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(limit))
      .on('data', (chunk: Buffer) => this.#read(chunk))
      .once('end', () => this.#ended())
      .on('error', (error) => this.#fail(error))
      .once('close', () => {
        clearTimeout(limit);
        this.#fail(new Error('the connection was closed'));
      });
  }

  send({ text, isPlain }: RequestText, exchange: ExchangeListener): void {
    this.#exchange = exchange;
    this.#socket.ref();
    this.#socket.write(text, isPlain ? 'latin1' : 'utf8');
  }

  /** Nothing keeps the process alive for a connection that nobody uses. */
  rest(): void {
    this.#socket.unref();
  }

  /** Gives this request up, if it is still the one, without a word to its listener. */
  giveUp(exchange: ExchangeListener): void {
    if (this.#exchange === exchange) this.cut();
  }

  /** Ends the connection, without a word to a listener. */
  cut(): void {
    this.#exchange = null;
    this.#fail(new Error('nobody waits for this any more'));
  }

  /** Its listener, if there is one, hears why. */
  close(why: Error): void {
    this.#fail(why);
  }

  #read(chunk: Buffer): void {
    if (this.#isGone) return;
    if (this.#exchange === null) {
      this.cut();
      return;
    }
    try {
      this.#parser.feed(chunk, this.#listener);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    const over = this.#over;
    this.#over = null;
    if (over === null || this.#isGone) return;
    // An answer to nothing is behind the answer to something: whose the next one is nobody could tell.
    if (over.isKept && this.#parser.isBetween) this.#onFree(over);
    else this.#leave();
  }

  readonly #listener: ResponseListener = {
    onHead: (status, headers) => {
      if (this.#over !== null) this.cut();
      else this.#exchange?.onHead(status, headers);
    },
    onData: (chunk) => this.#exchange?.onData(chunk),
    onEnd: (reuse) => {
      const exchange = this.#exchange;
      this.#exchange = null;
      this.#over = reuse;
      exchange?.onEnd();
    },
  };

  #ended(): void {
    if (this.#exchange !== null && !this.#isGone && this.#parser.closed(this.#listener)) this.#leave();
    else this.#fail(this.#brokenOff());
  }

  /** A reset may be told as an orderly end; but only a reset leaves a socket without a peer. */
  #brokenOff(): Error {
    if (this.#socket.remoteAddress !== undefined) return new Error('other side closed');
    return Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.#leave();
    exchange?.onFailure(error);
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#socket.destroy();
    this.#onGone();
  }
}

function openSocket({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const isEncrypted = protocol === 'https:';
  const place = { host, port: Number(port) || (isEncrypted ? 443 : 80), noDelay: true };
  if (!isEncrypted) return connect(place);
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ ...place, ...name, ALPNProtocols: ['http/1.1'] });
}
