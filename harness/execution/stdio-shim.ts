import type { MessageView, Pace } from '../model/fault.ts';
import type { FaultLog } from './fault-log.ts';
import type { FrameLog, Framing, Ruled, Tag } from './frame-log.ts';
import type { Interposer } from './interposer.ts';
import type { LinePeer } from './line-peer.ts';
import { readMessage, sentIdOf } from './message-text.ts';
import { obey, prove } from './obeyed-ruling.ts';
import { type Spoilt, spoil, trickleMs } from './spoilt-message.ts';

/** The pipe between the wire and one boot of a stdio server, with the interposer in the middle. Shaped as the wire's LineStream. */
export interface StdioShim {
  send(line: string): boolean;
  onLine(listener: (line: string) => void): void;
  onClose(listener: (why: string) => void): void;
}

export interface ShimOptions {
  readonly conn: string;
  readonly peer: LinePeer;
  readonly interposer: Interposer;
  readonly frames: FrameLog;
  readonly log: FaultLog;
  readonly tagOf: (conn: string, rpcId: number | string) => Tag | undefined;
  readonly sleep: (ms: number) => Promise<void>;
  /** The request with this id will have no answer, and its client is not told. */
  readonly onSwallowed?: (rpcId: number | string) => void;
}

export function createStdioShim(options: ShimOptions): StdioShim {
  const shim = new Shim(options);
  return {
    send: (line) => shim.send(line),
    onLine: (listener) => {
      shim.deliver = listener;
    },
    onClose: (listener) => shim.onClose(listener),
  };
}

// Of one boot: enough for any finding; a server that logs to its stdout must not fill the history.
const GARBAGE_LINES_MAX = 10_000;

type RpcId = string | number;

/** Lives as long as one boot's pipe. */
class Shim {
  readonly #options: ShimOptions;
  /** Requests delivered twice: the second reply to them ends here. */
  readonly #doubled = new Map<RpcId, { readonly entry: string; replies: number }>();
  /** Requests that a gateway has answered for the server: its own late reply ends here. */
  readonly #forsaken = new Map<RpcId, string>();
  readonly #pending = new Set<RpcId>();
  readonly #closeListeners: ((why: string) => void)[] = [];
  #isClosed = false;
  #garbageLines = 0;
  deliver: (line: string) => void = () => {};

  constructor(options: ShimOptions) {
    this.#options = options;
    const { peer } = options;
    peer.onLine((line) => {
      if (line.trim() !== '') void this.#receive(line);
    });
    peer.onClose((why) => this.#close(why));
  }

  onClose(listener: (why: string) => void): void {
    this.#closeListeners.push(listener);
  }

  send(line: string): boolean {
    const { conn, peer, interposer, frames, sleep } = this.#options;
    if (this.#isClosed || peer.isGone()) return false;
    const head = readMessage(line);
    const base: Framing = { conn, dir: 'out', text: line, bytes: Buffer.byteLength(line), head };
    const view = frames.view(base, this.#tagOf(sentIdOf(head)));
    const { disposition, entries } = interposer.rule(view);
    if (head.type === 'request' && head.rpcId != null) {
      this.#pending.add(head.rpcId);
      this.#watchGateway(view, head.rpcId);
    }
    switch (disposition.action) {
      case 'drop':
      case 'cut':
        frames.frame(base, 'drop', { entries });
        if (head.type === 'request' && head.rpcId != null) this.#options.onSwallowed?.(head.rpcId);
        prove(this.#options, entries, view, { dropped: true });
        return true;
      case 'delay':
        void sleep(disposition.delayMs).then(() => {
          this.#write(base, 'delay', { entries, delayMs: disposition.delayMs });
          prove(this.#options, entries, view, { delayMs: disposition.delayMs, direction: 'request' });
        });
        return true;
      case 'dup':
        return this.#sendTwice(base, view, entries, disposition.afterMs);
      case 'spoil':
        return this.#sendSpoilt(base, view, entries, disposition);
      case 'trickle':
        return this.#trickle(base, view, entries, disposition.pace);
      default:
        return this.#write(base, 'pass', { entries });
    }
  }

  #sendSpoilt(
    base: Framing,
    view: MessageView,
    entries: readonly string[],
    how: Pick<Parameters<typeof spoil>[1], 'how' | 'at'>,
  ): boolean {
    const { frames, peer } = this.#options;
    frames.frame(base, 'flip', { entries });
    const { bytes, linesBefore } = spoil(base.text, { ...how, isLine: true });
    for (const line of linesBefore) peer.write(line);
    const isSent = peer.write(bytes.toString(), bytes);
    prove(this.#options, entries, view, { how: how.how, direction: 'request' });
    return isSent;
  }

  /** A pipe carries one line after the other: the peer keeps what comes meanwhile, where it can show the pieces. */
  #trickle(base: Framing, view: MessageView, entries: readonly string[], pace: Pace): boolean {
    const { frames, peer, sleep } = this.#options;
    const delayMs = trickleMs(base.bytes, pace);
    const done = (isSent: boolean) => {
      if (isSent) prove(this.#options, entries, view, { delayMs, direction: 'request' });
      // The server went down within it.
      else for (const name of entries) this.#options.interposer.missed(name);
    };
    if (peer.trickle === undefined) {
      void sleep(delayMs).then(() => {
        done(this.#write(base, 'delay', { entries, delayMs }));
      });
      return true;
    }
    frames.frame(base, 'delay', { entries, delayMs });
    void peer.trickle(base.text, pace).then(done);
    return true;
  }

  #sendTwice(base: Framing, view: MessageView, entries: readonly string[], afterMs: number): boolean {
    const [entry] = entries;
    const id = base.head.type === 'request' ? base.head.rpcId : null;
    if (id != null && entry !== undefined) this.#doubled.set(id, { entry, replies: 0 });
    const isSent = this.#write(base, 'pass', { entries });
    void this.#options.sleep(afterMs).then(() => {
      if (this.#write(base, 'dup', { entries })) prove(this.#options, entries, view, { deliveries: 2 });
      else for (const name of entries) this.#options.interposer.missed(name);
    });
    return isSent;
  }

  #write(message: Framing, action: 'pass' | 'delay' | 'dup', ruled: Ruled): boolean {
    if (this.#isClosed) return false;
    this.#options.frames.frame(message, action, ruled);
    return this.#options.peer.write(message.text);
  }

  async #receive(line: string): Promise<void> {
    const { conn, interposer, frames } = this.#options;
    frames.arrived();
    const head = readMessage(line);
    if (head.type === 'garbage' && this.#isTooMuch()) return;
    const base: Framing = { conn, dir: 'in', text: line, bytes: Buffer.byteLength(line), head };
    const id = head.type === 'response' ? head.rpcId : undefined;
    const thief = id == null ? undefined : this.#endsHere(id);
    if (thief !== undefined) {
      frames.frame(base, 'drop', { entries: [thief] });
      return;
    }
    const view = frames.view(base, this.#tagOf(id));
    let isReadable = false;
    const alter = ({ bytes, linesBefore }: Spoilt) => {
      for (const text of linesBefore) this.deliver(text);
      isReadable = linesBefore.length > 0;
      if (!isReadable) this.deliver(bytes.toString());
    };
    const isPassed = await obey(this.#options, interposer.rule(view), { view, base, alter });
    if (!(isPassed || isReadable) || this.#isClosed) {
      if (id != null) this.#options.onSwallowed?.(id);
      return;
    }
    this.deliver(line);
    if (id != null && view.op !== null) interposer.passed();
  }

  #isTooMuch(): boolean {
    this.#garbageLines += 1;
    if (this.#garbageLines === GARBAGE_LINES_MAX + 1) this.#options.frames.leaveOut(this.#options.conn);
    return this.#garbageLines > GARBAGE_LINES_MAX;
  }

  /** The entry because of which this reply must not reach the client; undefined: it may. */
  #endsHere(id: RpcId): string | undefined {
    this.#pending.delete(id);
    const twin = this.#doubled.get(id);
    if (twin) twin.replies += 1;
    return twin !== undefined && twin.replies > 1 ? twin.entry : this.#forsaken.get(id);
  }

  #watchGateway(view: MessageView, rpcId: RpcId): void {
    const { conn, interposer, sleep } = this.#options;
    const gateway = interposer.gateway(view);
    if (gateway === null) return;
    void sleep(gateway.afterMs).then(() => {
      if (!this.#pending.has(rpcId) || this.#isClosed) return;
      this.#forsaken.set(rpcId, gateway.entry);
      // On a pipe the platform cancels the request and forgets it; the server may go on.
      const cancel = cancelled(rpcId, gateway.afterMs);
      const bytes = Buffer.byteLength(cancel);
      const entries = [gateway.entry];
      this.#write({ conn, dir: 'out', text: cancel, bytes, head: readMessage(cancel) }, 'pass', { entries });
      prove(this.#options, [gateway.entry], view, { afterMs: gateway.afterMs });
      this.deliver(gatewayReply(rpcId, gateway.afterMs));
    });
  }

  #tagOf(id: RpcId | null | undefined): Tag | undefined {
    return id == null ? undefined : this.#options.tagOf(this.#options.conn, id);
  }

  #close(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listener of this.#closeListeners) listener(why);
  }
}

function cancelled(requestId: RpcId, afterMs: number): string {
  const reason = `the platform gave up after ${afterMs} ms`;
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } });
}

/** What the client sees of a gateway that gave up: an answer of ours, marked as such. */
function gatewayReply(id: RpcId, afterMs: number): string {
  const message = `424 Failed Dependency: no answer within ${afterMs} ms`;
  const data = { 'x-claimcheck-gateway': 'timeout' };
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_001, message, data } });
}
