import type { Clock } from '../model/clock.ts';
import { createSignalListeners } from '../model/signal-listeners.ts';
import {
  isObject,
  parseJson,
  type RpcId,
  type RpcNotification,
  type RpcRequest,
  readError,
  readMessage,
} from './json-rpc.ts';
import { createOpenRequests, type OpenRequests } from './open-requests.ts';
import { answerServerRequest } from './server-request.ts';
import { GARBAGE_CHARS_MAX, type Stray } from './stray.ts';
import {
  type AnsweredReply,
  type Channel,
  GATEWAY_HEADER,
  type LineStream,
  type RawReply,
  type RequestTaker,
} from './wire.ts';

// Made once: an abort without a reason makes an exception with a stack each time.
const ANSWERED = new Error('the reply came');

export interface StdioChannelOptions {
  readonly stream: LineStream;
  readonly clock: Clock;
  /** Every notification of the server, whichever request it belongs to. */
  readonly onNotification?: (notification: RpcNotification) => void;
  readonly onStray?: (stray: Stray) => void;
  /** The client has said that it answers questions. */
  readonly elicits?: boolean;
}

const NOT_RUNNING = 'the process is not running';

/** Many open requests over one pair of pipes, told apart by their ids. */
export function createStdioChannel(options: StdioChannelOptions): Channel {
  const { stream, clock } = options;
  const open = createOpenRequests();
  const { listen } = createSignalListeners();
  /** Of the open requests, oldest first. */
  const takers = new Set<RequestTaker>();
  let gone: string | null = null;
  const end = (why: string) => {
    gone ??= why;
    open.settleAll({ kind: 'eof', message: why });
  };
  stream.onClose(end);
  stream.onLine((line) => readLine(line, { open, takers, options }));

  return {
    async request(message, { timeoutMs, signal, text, taker }) {
      if (gone !== null) return { kind: 'refused', message: `the process is gone: ${gone}` };
      const reply = open.wait(message.id);
      if (taker !== undefined) takers.add(taker);
      if (!stream.send(text ?? JSON.stringify(message))) {
        open.withdraw(message.id);
        if (taker !== undefined) takers.delete(taker);
        return { kind: 'refused', message: NOT_RUNNING };
      }
      const unlisten = listen(signal, () => open.settle(message.id, { kind: 'timeout', aborted: true }));
      if (signal.aborted) open.settle(message.id, { kind: 'timeout', aborted: true });
      const withdraw = after(clock, timeoutMs, () => open.settle(message.id, { kind: 'timeout', aborted: false }));
      try {
        return await reply;
      } finally {
        withdraw();
        if (taker !== undefined) takers.delete(taker);
        unlisten();
      }
    },
    async notify(message) {
      stream.send(JSON.stringify(message));
    },
    async answer(message) {
      if (gone === null && stream.send(JSON.stringify(message))) return null;
      return { kind: 'refused', message: gone === null ? NOT_RUNNING : `the process is gone: ${gone}` };
    },
    async close() {
      end('the connection was closed');
    },
  };
}

/** Calls back after `ms` unless that is taken back before, which it nearly always is. */
function after(clock: Clock, ms: number, onDue: () => void): () => void {
  if (clock.timer !== undefined) return clock.timer(ms, onDue);
  const taken = new AbortController();
  clock.sleep(ms, taken.signal).then(onDue, () => undefined); // Rejected: the reply came first.
  return () => taken.abort(ANSWERED);
}

interface Conversation {
  readonly open: OpenRequests;
  readonly takers: ReadonlySet<RequestTaker>;
  readonly options: StdioChannelOptions;
}

function readLine(line: string, { open, takers, options }: Conversation): void {
  if (line.trim() === '') return;
  const value = parseJson(line);
  const incoming = readMessage(value);
  switch (incoming.kind) {
    case 'garbage': {
      const why = value === undefined ? 'not JSON, or nested too deep' : incoming.why;
      options.onStray?.({ kind: 'garbage', text: line.slice(0, GARBAGE_CHARS_MAX), why });
      return;
    }
    case 'notification':
      options.onNotification?.(incoming.notification);
      return;
    case 'request':
      takeRequest(incoming.request, takers, options);
      return;
    case 'reply': {
      const { reply: message, raw: whole } = incoming;
      const reply = asReply({ kind: 'answered', message, whole, http: null, headers: {}, raw: line });
      if (message.id !== null && open.settle(message.id, reply)) return;
      options.onStray?.(strayOf(message.id, open));
    }
  }
}

/** On a pipe only what it names tells whose a request is; one that names nothing goes to the oldest that is likely meant. */
function takeRequest(request: RpcRequest, takers: ReadonlySet<RequestTaker>, options: StdioChannelOptions): void {
  const claims = [...takers].map((taker) => ({ taker, claim: taker.claim(request) }));
  const order = ['mine', 'likely', 'unlikely'] as const;
  const [best] = order.flatMap((wanted) => claims.filter(({ claim }) => claim === wanted));
  if (best !== undefined) best.taker.take(request, best.claim !== 'mine');
  else options.stream.send(JSON.stringify(answerServerRequest(request, options.elicits ?? false)));
}

function strayOf(rpcId: RpcId | null, open: OpenRequests): Stray {
  const past = rpcId === null ? null : open.pastOf(rpcId);
  return rpcId === null || past === null ? { kind: 'unknown', rpcId } : { kind: past, rpcId };
}

/** An error that our own gateway made says so in its data. */
function asReply(reply: AnsweredReply): RawReply {
  if (reply.message.error === undefined) return reply;
  const { data, message } = readError(reply.message.error);
  const isGateway = isObject(data) && GATEWAY_HEADER in data;
  return isGateway ? { kind: 'gateway', http: null, text: message } : reply;
}
