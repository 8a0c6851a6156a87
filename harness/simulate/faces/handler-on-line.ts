import { parseJson, type RpcId, type RpcRequest, readMessage } from '../../wire/json-rpc.ts';
import type { LineIn, LineOut } from '../server-face.ts';
import { type ClientRequests, createClientRequests } from './client-requests.ts';
import { errorText, INVALID_REQUEST, PARSE_ERROR } from './http-answers.ts';
import {
  answerOf,
  cancelledId,
  type HandlerContext,
  type HandlerSession,
  type MessageHandler,
  tell,
} from './message-handler.ts';

/** The user who starts a stdio server is its only caller. */
const STDIO_PRINCIPAL = 'local';

/** A handler at the end of a pipe: one conversation. */
export class HandlerOnLine implements LineIn {
  readonly #server: MessageHandler;
  readonly #out: LineOut;
  readonly #requests: ClientRequests;
  readonly #session: HandlerSession = { id: 'stdio' };
  readonly #open = new Map<RpcId, AbortController>();

  constructor(server: MessageHandler, boot: number, out: LineOut) {
    this.#server = server;
    this.#out = out;
    this.#requests = createClientRequests(boot);
  }

  line(text: string): void {
    const value = parseJson(text);
    const incoming = readMessage(value);
    switch (incoming.kind) {
      case 'garbage':
        this.#out.line(errorText(null, value === undefined ? PARSE_ERROR : INVALID_REQUEST, incoming.why));
        return;
      case 'reply':
        this.#requests.reply(incoming.reply);
        return;
      case 'request':
        void this.#answer(incoming.request);
        return;
      case 'notification': {
        const cancelled = cancelledId(incoming.notification);
        if (cancelled !== null) this.#open.get(cancelled)?.abort('cancelled');
        tell(this.#server, incoming.notification, this.#context(new AbortController().signal));
      }
    }
  }

  end(): void {
    for (const controller of this.#open.values()) controller.abort('disconnected');
  }

  async #answer(message: RpcRequest): Promise<void> {
    const controller = new AbortController();
    this.#open.set(message.id, controller);
    const reply = await answerOf(this.#server, message, this.#context(controller.signal));
    if (this.#open.get(message.id) === controller) this.#open.delete(message.id);
    if (reply.text !== undefined) this.#out.line(reply.text);
  }

  #context(signal: AbortSignal): HandlerContext {
    const say = (text: string) => this.#out.line(text);
    return {
      principal: STDIO_PRINCIPAL,
      transport: 'stdio',
      session: this.#session,
      signal,
      notify: (notification) => say(JSON.stringify(notification)),
      request: (asked, wanted) => this.#requests.ask(asked, say, wanted),
    };
  }
}
