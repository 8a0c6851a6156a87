import type { Framing, Tag } from '../execution/frame-log.ts';
import { headOf, type MessageHead } from '../execution/message-text.ts';
import { obey, prove } from '../execution/obeyed-ruling.ts';
import { spoil, trickleMs } from '../execution/spoilt-message.ts';
import type { MessageView } from '../model/fault.ts';
import { bodyReply, type Expected, takeMessage } from '../wire/http-reply.ts';
import { readMessage } from '../wire/json-rpc.ts';
import type { HttpHeaders, RawReply } from '../wire/wire.ts';
import { ArrivingRequest, type ChannelSide } from './channel-side.ts';
import { type Delivery, type DeliveryOutcome, deliver, type ResponseHead } from './delivery.ts';
import { Departure } from './departure.ts';
import type { Hop } from './hop.ts';
import { later, type SimulatedLink } from './link.ts';
import type { Scheduled } from './world.ts';

export interface ExchangeInput {
  readonly message: object;
  readonly text: string;
  readonly bytes: number;
  readonly head: MessageHead;
  readonly tag: Tag | undefined;
  /** Beside those of the client. */
  readonly headers: HttpHeaders;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Who hears of what arrives; null: a message that has no answer. */
  readonly expected: Expected | null;
}

type Settle = (reply: RawReply) => void;

/**
 * One HTTP exchange with a server in this thread, through the interposer: what harness/run/proxy-exchange.ts does over
 * sockets. Settles once; the caller sees what a client over HTTP would have seen.
 */
export function exchange(link: SimulatedLink, side: ChannelSide, input: ExchangeInput): Promise<RawReply> {
  return new Promise((settle) => {
    new SimulatedExchange({ link, side, input, settle }).start();
  });
}

interface ExchangeParts {
  readonly link: SimulatedLink;
  readonly side: ChannelSide;
  readonly input: ExchangeInput;
  readonly settle: Settle;
}

/** What comes back of its own delivery it takes itself; a twin's goes nowhere. */
class SimulatedExchange implements DeliveryOutcome {
  readonly heedsEnd = false;
  readonly #link: SimulatedLink;
  readonly #side: ChannelSide;
  readonly #input: ExchangeInput;
  readonly #way: Hop;
  readonly #out: Framing;
  readonly #client = new Departure();
  readonly #settle: Settle;
  readonly #limit: Scheduled;
  #stopWatching: (() => void) | null = null;
  #isDone = false;
  #isAnswered = false;
  #forsakenBy: string | null = null;
  /** What the server gets in place of the request; null: the request. */
  #spoilt: string | null = null;

  constructor({ link, side, input, settle }: ExchangeParts) {
    this.#link = link;
    this.#side = side;
    this.#input = input;
    this.#settle = settle;
    this.#way = side.newHop();
    const { text, bytes, head } = input;
    this.#out = { conn: side.conn, dir: 'out', text, bytes, head };
    const { world } = link;
    this.#limit = world.schedule(world.harness, Math.ceil(input.timeoutMs), () =>
      this.#hangUp({ kind: 'timeout', aborted: false }),
    );
    this.#stopWatching = world.watch(input.signal, () => this.#aborted());
  }

  start(): void {
    if (this.#input.signal.aborted) {
      this.#aborted();
      return;
    }
    const { frames, interposer } = this.#link;
    const view = frames.view(this.#out, this.#input.tag);
    const { disposition, entries } = interposer.rule(view);
    switch (disposition.action) {
      case 'drop':
      case 'cut':
        frames.frame(this.#out, 'drop', { entries });
        this.#cutClient(disposition.action === 'cut' ? disposition.how : 'reset');
        prove(this.#link, entries, view, { dropped: true });
        return;
      case 'delay':
        this.#forwardLater(view, entries, disposition.delayMs);
        return;
      case 'trickle':
        // A server in this thread takes whole messages: this one comes as late as its last piece.
        this.#forwardLater(view, entries, trickleMs(this.#out.bytes, disposition.pace));
        return;
      case 'spoil':
        frames.frame(this.#out, 'flip', { entries });
        this.#spoilt = spoil(this.#input.text, { ...disposition, isLine: false }).bytes.toString();
        prove(this.#link, entries, view, { how: disposition.how, direction: 'request' });
        break;
      default:
        frames.frame(this.#out, 'pass', { entries });
    }
    if (disposition.action === 'dup') this.#later(disposition.afterMs, () => this.#deliverAgain(view, entries));
    this.#forward(view);
  }

  #forwardLater(view: MessageView, entries: readonly string[], delayMs: number): void {
    this.#later(delayMs, () => {
      prove(this.#link, entries, view, { delayMs, direction: 'request' });
      this.#link.frames.frame(this.#out, 'delay', { entries, delayMs });
      this.#forward(view);
    });
  }

  #forward(view: MessageView): void {
    this.#watchGateway(view);
    const living = this.#link.site.current();
    if (living === null) {
      this.#side
        .newHop()
        .carry(this.#link.world.harness, () =>
          this.#finish({ kind: 'refused', message: 'the server under test refused the connection' }),
        );
      return;
    }
    deliver(this.#link.world, this.#delivery(), living, this);
  }

  message(text: string, head: ResponseHead, value: unknown): void {
    this.#isAnswered = true;
    this.#arrived(text, head, { value, isBody: false });
  }

  end(text: string | undefined, head: ResponseHead): void {
    if (text !== undefined && text !== '') this.#arrived(text, head, { value: undefined, isBody: true });
    else if (!this.#isAnswered) this.#ended(head);
  }

  broken(): void {
    this.#finish({ kind: 'reset', message: 'socket hang up' });
  }

  #delivery(): Delivery {
    const spoilt = this.#spoilt;
    const sent = spoilt === null ? this.#input : { ...this.#input, text: spoilt, message: undefined };
    const request = new ArrivingRequest(this.#side, sent, this.#client);
    return { hop: this.#way, back: this.#side.newHop(), request };
  }

  /** A message of the server is in our hands: it is ruled on, recorded, and reaches the client or not. */
  #arrived(text: string, head: ResponseHead, known: Pick<Incoming, 'value' | 'isBody'>): void {
    const { frames, interposer, read } = this.#link;
    const { isBody, value = read(text) } = known;
    frames.arrived();
    const messageHead = headOf(value);
    const base: Framing = {
      conn: this.#side.conn,
      dir: 'in',
      text,
      bytes: Buffer.byteLength(text),
      head: messageHead,
      http: head.status,
    };
    if (this.#forsakenBy !== null) {
      frames.frame(base, 'drop', { entries: [this.#forsakenBy] });
      return;
    }
    const isReply = messageHead.type === 'response';
    const view = frames.view(base, isReply ? this.#input.tag : undefined);
    const pass = () => {
      this.#hand({ text, value, isBody }, head);
      if (isReply && view.op !== null) interposer.passed();
    };
    const isDelivered = obey(this.#link, interposer.rule(view), {
      view,
      base,
      evidence: { rpcId: messageHead.rpcId ?? null, http: head.status },
      cut: (how) => {
        this.#cutClient(how);
        return { how };
      },
      alter: ({ bytes, ends }) => {
        if (ends) this.#hangUp({ kind: 'reset', message: 'the connection was reset within the answer' });
        else this.#hand({ text: bytes.toString(), value: undefined, isBody }, head);
      },
    });
    if (isDelivered === true) pass();
    else if (isDelivered !== false) void isDelivered.then((delivered) => delivered && pass());
  }

  /** The client reads it. */
  #hand({ text, value, isBody }: Incoming, head: ResponseHead): void {
    const { expected } = this.#input;
    if (this.#isDone) return;
    if (expected === null) {
      if (isBody) this.#finish({ kind: 'http', http: head.status, headers: head.headers, text });
      return;
    }
    const reply = isBody ? bodyReply(text, head, expected) : takeMessage(readMessage(value), text, head, expected);
    if (reply !== null) this.#finish(reply);
  }

  /** The response is over. */
  #ended(head: ResponseHead): void {
    const { expected } = this.#input;
    if (this.#forsakenBy !== null) return;
    // What has no answer has a status all the same.
    if (expected === null) this.#finish({ kind: 'http', http: head.status, headers: head.headers, text: '' });
    else if (head.status >= 300) this.#finish(bodyReply('', head, expected));
    else this.#finish({ kind: 'eof', message: 'the response ended without the reply' });
  }

  /** The twin of a request that is delivered twice: its reply is seen, recorded, and goes nowhere. */
  #deliverAgain(view: MessageView, entries: readonly string[]): void {
    const { frames, interposer, site, read } = this.#link;
    frames.frame(this.#out, 'dup', { entries });
    const living = site.current();
    const missed = () => {
      // The server went down between the two deliveries: without an answer there is no proof that it took the second.
      for (const entry of entries) interposer.missed(entry);
    };
    if (living === null) {
      missed();
      return;
    }
    const take = (text: string, { status }: ResponseHead, value: unknown = read(text)) => {
      frames.arrived();
      const bytes = Buffer.byteLength(text);
      const base: Framing = { conn: view.conn, dir: 'in', text, bytes, head: headOf(value), http: status };
      frames.frame(base, 'drop', { entries });
    };
    deliver(this.#link.world, this.#delivery(), living, {
      heedsEnd: true,
      message: take,
      end: (text, head) => {
        if (text !== undefined && text !== '') take(text, head);
        prove(this.#link, entries, view, { deliveries: 2, http: head.status });
      },
      broken: missed,
    });
  }

  #watchGateway(view: MessageView): void {
    const gateway = this.#link.interposer.gateway(view);
    if (gateway === null) return;
    this.#later(gateway.afterMs, () => {
      if (this.#isDone) return;
      this.#forsakenBy = gateway.entry;
      const text = `424 Failed Dependency: no answer within ${gateway.afterMs} ms`;
      this.#finish({ kind: 'gateway', http: 424, text });
      prove(this.#link, [gateway.entry], view, { afterMs: gateway.afterMs });
    });
  }

  #cutClient(how: 'reset' | 'fin' | 'hang'): void {
    if (how === 'reset') this.#hangUp({ kind: 'reset', message: 'the connection was reset' });
    else if (how === 'fin') this.#hangUp({ kind: 'eof', message: 'other side closed' });
  }

  #aborted(): void {
    this.#hangUp({ kind: 'timeout', aborted: true });
  }

  /** The client is gone before the answer: the server may see that. */
  #hangUp(reply: RawReply): void {
    if (this.#isDone) return;
    this.#finish(reply);
    const living = this.#link.site.current();
    if (living === null) return;
    this.#way.carry(living.boot, this.#client.leave);
  }

  #finish(reply: RawReply): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#limit.cancel();
    this.#stopWatching?.();
    this.#settle(reply);
  }

  #later(ms: number, act: () => void): void {
    later(this.#link, ms, act);
  }
}

interface Incoming {
  readonly text: string;
  readonly value: unknown;
  /** A body that stands for the whole response. */
  readonly isBody: boolean;
}
