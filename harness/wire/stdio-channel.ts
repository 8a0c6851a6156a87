import type { Clock } from '../model/clock.ts';
import { isObject, parseJson, type RpcId, type RpcNotification, readError, readMessage } from './json-rpc.ts';
import { answerServerRequest } from './server-request.ts';
import { GARBAGE_CHARS_MAX, type Stray } from './stray.ts';
import { type AnsweredReply, type Channel, GATEWAY_HEADER, type LineStream, type RawReply } from './wire.ts';

/** Finished request ids remembered, to tell a late or repeated reply from one to an id never used. */
const FINISHED_MAX = 20_000;

export interface StdioChannelOptions {
  readonly stream: LineStream;
  readonly clock: Clock;
  /** Every notification of the server, whichever request it belongs to. */
  readonly onNotification?: (notification: RpcNotification) => void;
  readonly onStray?: (stray: Stray) => void;
}

type Settle = (reply: RawReply) => void;

/** Many open requests over one pair of pipes, told apart by their ids. */
export function createStdioChannel(options: StdioChannelOptions): Channel {
  const { stream, clock } = options;
  const open = new Map<RpcId, Settle>();
  const finished = new Map<RpcId, 'late' | 'duplicate'>();
  let gone: string | null = null;

  const finish = (id: RpcId, as: 'late' | 'duplicate') => {
    open.delete(id);
    finished.set(id, as);
    if (finished.size <= FINISHED_MAX) return;
    for (const oldest of finished.keys()) {
      finished.delete(oldest);
      break;
    }
  };
  const stray = (found: Stray) => options.onStray?.(found);
  const garbage = (text: string, why: string) => {
    stray({ kind: 'garbage', text: text.slice(0, GARBAGE_CHARS_MAX), why });
  };
  const end = (why: string) => {
    gone ??= why;
    for (const settle of [...open.values()]) settle({ kind: 'eof', message: why });
  };

  stream.onClose(end);
  stream.onLine((line) => {
    if (line.trim() === '') return;
    const value = parseJson(line);
    const incoming = readMessage(value);
    if (incoming.kind === 'garbage') return garbage(line, value === undefined ? 'not JSON' : incoming.why);
    if (incoming.kind === 'notification') return options.onNotification?.(incoming.notification);
    if (incoming.kind === 'request') {
      stream.send(JSON.stringify(answerServerRequest(incoming.request)));
      return;
    }
    const { id } = incoming.reply;
    const settle = id === null ? undefined : open.get(id);
    if (id === null || settle === undefined) {
      const kind = id === null ? undefined : finished.get(id);
      return stray(kind === undefined || id === null ? { kind: 'unknown', rpcId: id } : { kind, rpcId: id });
    }
    settle(
      asReply({ kind: 'answered', message: incoming.reply, whole: incoming.raw, http: null, headers: {}, raw: line }),
    );
  });

  return {
    async request(message, { timeoutMs, signal }) {
      if (gone !== null) return { kind: 'refused', message: `the process is gone: ${gone}` };
      const waited = new AbortController();
      const reply = new Promise<RawReply>((resolve) => {
        open.set(message.id, (found) => {
          finish(message.id, found.kind === 'timeout' ? 'late' : 'duplicate');
          resolve(found);
        });
      });
      if (!stream.send(JSON.stringify(message))) {
        open.delete(message.id);
        return { kind: 'refused', message: 'the process is not running' };
      }
      const stop = () => open.get(message.id)?.({ kind: 'timeout', aborted: true });
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      clock.sleep(timeoutMs, waited.signal).then(
        () => open.get(message.id)?.({ kind: 'timeout', aborted: false }),
        () => undefined, // The reply came first and took the timer away.
      );
      try {
        return await reply;
      } finally {
        waited.abort();
        signal.removeEventListener('abort', stop);
      }
    },
    async notify(message) {
      stream.send(JSON.stringify(message));
    },
    async close() {
      end('the connection was closed');
    },
  };
}

/** An error that our own gateway made says so in its data. */
function asReply(reply: AnsweredReply): RawReply {
  if (reply.message.error === undefined) return reply;
  const { data, message } = readError(reply.message.error);
  const isGateway = isObject(data) && GATEWAY_HEADER in data;
  return isGateway ? { kind: 'gateway', http: null, text: message } : reply;
}
