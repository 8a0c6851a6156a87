import { isObject, parseJson, type RpcId, readMessage } from '../../wire/json-rpc.ts';

/** What an SDK server is connected to (its `Transport`), with nothing behind it but this thread. */
export interface SdkTransport {
  start(): Promise<void>;
  send(message: unknown, options?: SendOptions): Promise<void>;
  close(): Promise<void>;
  onmessage?: ((message: unknown, extra?: MessageExtra) => void) | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  sessionId?: string | undefined;
  setProtocolVersion?: (version: string) => void;
}

export interface SendOptions {
  /** The client's request that this message belongs to. */
  readonly relatedRequestId?: RpcId | undefined;
}

/** What a server is told about a message beside itself. */
export interface MessageExtra {
  readonly requestInfo?: { readonly headers: Readonly<Record<string, string>> };
  readonly authInfo?: { readonly token: string; readonly clientId: string; readonly scopes: readonly string[] };
}

/** Anything with the SDK's `connect`: McpServer and Server of SDK v1 and v2, or an object that makes one for each connection. */
export interface ConnectableServer {
  connect(transport: SdkTransport): unknown;
  stop?(): unknown;
  close?(): unknown;
}

export interface MemoryTransportOptions {
  readonly sessionId?: string;
  /** A message as it goes out: text, so that nothing the server keeps can be changed by who reads it, or the other way round. */
  out(text: string, about: { readonly answers: RpcId | null; readonly relatedTo: RpcId | null }): void;
  /** It was closed by the server. */
  closed(): void;
}

/** One conversation with an SDK server. Messages that come before the server listens wait until it does. */
export class MemoryTransport implements SdkTransport {
  onmessage?: SdkTransport['onmessage'];
  onclose?: SdkTransport['onclose'];
  onerror?: SdkTransport['onerror'];
  sessionId?: string;
  readonly #options: MemoryTransportOptions;
  #waiting: (() => void)[] | null = [];
  #isClosed = false;

  constructor(options: MemoryTransportOptions) {
    this.#options = options;
    if (options.sessionId !== undefined) this.sessionId = options.sessionId;
  }

  async start(): Promise<void> {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const deliver of waiting) deliver();
  }

  async send(message: unknown, options?: SendOptions): Promise<void> {
    if (this.#isClosed) throw new Error('Not connected');
    const incoming = readMessage(message);
    const answers = incoming.kind === 'reply' ? incoming.reply.id : null;
    this.#options.out(JSON.stringify(message), { answers, relatedTo: options?.relatedRequestId ?? null });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.end();
    this.#options.closed();
  }

  setProtocolVersion(): void {
    // What was agreed on changes nothing here.
  }

  /** One message of the client. */
  receive(text: string, extra?: MessageExtra): void {
    if (this.#isClosed) return;
    if (this.#waiting !== null) {
      this.#waiting.push(() => this.receive(text, extra));
      return;
    }
    const message = parseJson(text);
    if (isObject(message)) this.onmessage?.(message, extra);
    else this.onerror?.(new Error(`not a JSON-RPC message: ${text.slice(0, 200)}`));
  }

  /** The client is gone. */
  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onclose?.();
  }
}
