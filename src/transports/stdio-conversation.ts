/** What a line from the one client of a pipe leads to: an answer written, a request ended, or nothing. */
import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse, Session } from '../dialects/dialect.ts';
import { errorAnswer, isRequest, PARSE_ERROR, REFUSED, RpcFault } from '../dialects/json-rpc.ts';
import { createClientRequests } from './client-requests.ts';
import { createInFlight, type InFlight } from './in-flight.ts';
import { encode, parseMessage } from './message.ts';
import { asError, type TransportOptions } from './transport.ts';

/** The user who started the process is the only caller. */
export const STDIO_PRINCIPAL = 'local';

export const LINE_BYTES_MAX = 8 * 1024 * 1024; // far above any call; below what would stall the loop when parsed

const CONVERSATION = 'stdio';
const IN_FLIGHT_MAX = 10_000; // waiting requests are cheap; a client above this has lost count

export interface StdioConversation {
  readonly inFlight: InFlight;
  /** One line of input; null: one that was too long. */
  receive(line: string | null): void;
}

export function createStdioConversation(
  { dialect, onError }: TransportOptions,
  write: (line: string) => void,
): StdioConversation {
  const session: Session = { id: CONVERSATION };
  const inFlight = createInFlight();
  const requests = createClientRequests();
  const send = (message: JsonRpcMessage): void => write(encode(message));
  const refuse = (id: number | string | null, fault: RpcFault): void => write(encode(errorAnswer(id, fault)));
  const answer = async (message: JsonRpcRequest): Promise<void> => {
    const controller = inFlight.add(CONVERSATION, message.id);
    let response: JsonRpcResponse | undefined;
    try {
      response = await dialect.handle(message, {
        principal: STDIO_PRINCIPAL,
        transport: 'stdio',
        session,
        signal: controller.signal,
        notify: send,
        ...(dialect.meta.sessions && {
          request: (request, signal) => requests.ask(CONVERSATION, request, send, signal),
        }),
      });
    } catch (thrown) {
      onError?.(asError(thrown));
      response = errorAnswer(message.id, thrown);
    }
    if (response !== undefined) write(encode(response));
    inFlight.done(CONVERSATION, message.id, controller);
  };
  return {
    inFlight,
    receive(line) {
      if (line === null)
        return refuse(null, new RpcFault(PARSE_ERROR, `A message has at most ${LINE_BYTES_MAX} bytes`));
      if (line.trim() === '') return;
      const parsed = parseMessage(line);
      if (parsed.kind === 'response') return void requests.reply(CONVERSATION, parsed.response);
      if (parsed.kind === 'invalid') return refuse(parsed.id, parsed.fault);
      const { message } = parsed;
      if (!isRequest(message)) return inFlight.cancel(CONVERSATION, message);
      if (inFlight.count < IN_FLIGHT_MAX) return void answer(message);
      refuse(
        message.id,
        new RpcFault(REFUSED, `${inFlight.count} requests wait already`, { data: { reason: 'full' } }),
      );
    },
  };
}
