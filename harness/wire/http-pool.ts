import { type ExchangeListener, HttpConnection, type RequestText } from './http-connection.ts';
import type { Reuse } from './http-response.ts';

/** Keeps connections to one server alive, and sends each request over one of its own: none waits for the answer to another. */
export interface HttpPool {
  /** Gives what gives the request up, without a word to its listener. */
  send(request: RequestText, listener: ExchangeListener): () => void;
  /** Gives up whatever is under way; every listener hears of it. */
  close(): void;
}

// Half a second less than servers that say nothing of it wait as a rule, which is five.
const IDLE_MS_MAX = 4_000;
// What a server says of it holds for its own end of the way.
const IDLE_MARGIN_MS = 1_000;

interface Member {
  readonly connection: HttpConnection;
  /** ms of the process's own clock; later it may be closed at any moment. */
  freeUntilMs: number;
}

interface Sent {
  readonly request: RequestText;
  readonly listener: ExchangeListener;
  /** null: it waits for a connection. */
  member: Member | null;
}

export function createHttpPool(url: URL, connectionsMax: number): HttpPool {
  const members = new Set<Member>();
  /** The one used last comes first: the others may grow old. */
  const free: Member[] = [];
  const waiting: Sent[] = [];
  let isClosed = false;

  const open = (): Member => {
    const member: Member = {
      freeUntilMs: 0,
      connection: new HttpConnection(url, {
        onFree: (reuse) => release(member, reuse),
        onGone() {
          members.delete(member);
          const place = free.indexOf(member);
          if (place >= 0) free.splice(place, 1);
          // Its place is free for another one.
          const next = waiting.shift();
          if (next !== undefined && !isClosed) sendOver(open(), next);
        },
      }),
    };
    members.add(member);
    return member;
  };
  const release = (member: Member, { idleMs }: Reuse) => {
    const next = waiting.shift();
    if (next !== undefined) return sendOver(member, next);
    const saidMs = idleMs === null ? IDLE_MS_MAX : idleMs - IDLE_MARGIN_MS;
    member.freeUntilMs = performance.now() + Math.min(IDLE_MS_MAX, saidMs);
    member.connection.rest();
    free.push(member);
  };
  const takeFree = (): Member | undefined => {
    for (let member = free.pop(); member !== undefined; member = free.pop()) {
      if (performance.now() < member.freeUntilMs) return member;
      member.connection.cut();
    }
    return undefined;
  };
  const sendOver = (member: Member, sent: Sent) => {
    sent.member = member;
    member.connection.send(sent.request, sent.listener);
  };
  return {
    send(request, listener) {
      const sent: Sent = { request, listener, member: null };
      const member = takeFree() ?? (members.size < connectionsMax ? open() : undefined);
      if (member === undefined) waiting.push(sent);
      else sendOver(member, sent);
      return () => {
        if (sent.member !== null) return sent.member.connection.giveUp(listener);
        const place = waiting.indexOf(sent);
        if (place >= 0) waiting.splice(place, 1);
      };
    },
    close() {
      isClosed = true;
      const why = () => new Error('the client was closed');
      for (const { listener } of waiting.splice(0)) listener.onFailure(why());
      for (const { connection } of [...members]) connection.close(why());
    },
  };
}
