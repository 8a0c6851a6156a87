import { bodyReply, type Expected, takeMessage } from '../wire/http-reply.ts';
import { readMessage } from '../wire/json-rpc.ts';
import type { Channel, HttpHeaders, RawReply } from '../wire/wire.ts';
import type { MessageReader } from './message-reader.ts';
import type { LivingServer } from './site.ts';
import type { World } from './world.ts';

export interface DirectChannelOptions {
  readonly world: World;
  readonly living: LivingServer;
  readonly headers: HttpHeaders;
  readonly principal: string;
  readonly read: MessageReader;
}

const NOBODY = () => {};

/** Straight to one boot, past the interposer and the recorder, in no time: to see whether it answers. */
export function createDirectChannel({ world, living, headers, principal, read }: DirectChannelOptions): Channel {
  const base = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
  const open = new AbortController();
  const post = (text: string, more: HttpHeaders, expected: Expected | null, timeoutMs: number): Promise<RawReply> =>
    new Promise((resolve) => {
      const settle = (reply: RawReply) => world.schedule(world.harness, 0, () => resolve(reply));
      world.schedule(world.harness, Math.ceil(timeoutMs), () => settle({ kind: 'timeout', aborted: false }));
      let head: { status: number; headers: HttpHeaders } = { status: 200, headers: {} };
      world.schedule(living.boot, 0, () => {
        const sent: HttpHeaders = { ...base, ...more };
        const header = (name: string) => sent[name];
        const request = { text, headers: sent, header, principal, signal: open.signal, onGone: NOBODY };
        living.face.http?.exchange(request, {
          head(status, answered) {
            head = { status, headers: answered };
          },
          message(message) {
            const reply = expected && takeMessage(readMessage(read(message)), message, head, expected);
            if (reply !== null) settle(reply);
          },
          end: (body) =>
            settle(
              expected === null
                ? { kind: 'eof', message: 'no answer is expected' }
                : bodyReply(body ?? '', head, expected),
            ),
        });
      });
    });
  return {
    request: (message, { timeoutMs, headers: more = {} }) =>
      post(
        JSON.stringify(message),
        more,
        { id: message.id, onStray: NOBODY, onNotification: NOBODY, onRequest: NOBODY },
        timeoutMs,
      ),
    async notify(message, extra) {
      await post(JSON.stringify(message), extra?.headers ?? {}, null, 1_000);
    },
    // A greeting asks nothing, so nothing is answered.
    answer: async () => ({ kind: 'refused', message: 'a greeting has no questions' }),
    async close() {
      open.abort(new Error('the connection was closed'));
    },
  };
}
