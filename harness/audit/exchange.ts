import { AUDIT_FRAME_CHARS_MAX, type AuditFrame } from '../model/audit.ts';
import { type Clock, msOf, nsOf } from '../model/clock.ts';
import { parseJson, type RpcId } from '../wire/json-rpc.ts';
import type { Arrival, RawExchange } from './raw-link.ts';

/** The near end of an exchange: the link tells it what happens. */
export interface ExchangeCore {
  readonly exchange: RawExchange;
  sent(text: string, head: string | null): void;
  head(status: number, headers: Readonly<Record<string, string>>): void;
  arrive(text: string): void;
  end(why: string): void;
}

export interface ExchangeOptions {
  readonly link: string;
  readonly clock: Clock;
  readonly id: RpcId | null;
  readonly onClose: () => void;
}

// A server that never stops talking fills no memory of ours.
const ARRIVALS_MAX = 5_000;

export function createExchange({ link, clock, id, onClose }: ExchangeOptions): ExchangeCore {
  const arrivals: Arrival[] = [];
  const frames: AuditFrame[] = [];
  const listeners = new Set<() => void>();
  let status: number | null = null;
  let headers: Readonly<Record<string, string>> = {};
  let ended: string | null = null;
  const atMs = () => Math.round(msOf(clock.now()));
  const frame = (direction: AuditFrame['direction'], head: string | null, text: string) => {
    frames.push({ direction, link, atMs: atMs(), head, ...cut(text) });
  };
  const wake = () => {
    for (const listener of [...listeners]) listener();
  };
  /** Looks again after everything that comes, until the look is satisfied or the time is over. */
  const until = async (isDone: () => boolean, withinMs: number): Promise<void> => {
    const deadline = clock.now() + nsOf(withinMs);
    while (!isDone() && ended === null && clock.now() < deadline) {
      const woken = new AbortController();
      const listener = () => woken.abort();
      listeners.add(listener);
      try {
        await clock.sleep(msOf(deadline - clock.now()), woken.signal);
      } catch (error) {
        if (!woken.signal.aborted) throw error;
      } finally {
        listeners.delete(listener);
      }
    }
  };
  const headText = () => (status === null ? null : `HTTP ${status}`);
  return {
    exchange: {
      id,
      status: () => status,
      headers: () => headers,
      arrivals,
      frames,
      ended: () => ended,
      async wait(test, withinMs) {
        await until(() => arrivals.some(test), withinMs);
        return arrivals.find(test) ?? null;
      },
      over: (withinMs) => until(() => false, withinMs),
      close() {
        onClose();
        ended ??= 'it was closed';
        wake();
      },
    },
    sent: (text, head) => frame('sent', head, text),
    head(found, all) {
      status = found;
      headers = all;
    },
    arrive(text) {
      if (ended !== null || arrivals.length >= ARRIVALS_MAX) return;
      arrivals.push({ message: parseJson(text), text, atMs: atMs() });
      frame('received', headText(), text);
      wake();
    },
    end(why) {
      if (ended !== null) return;
      ended = why;
      if (arrivals.length === 0 && status !== null) frame('received', headText(), '');
      wake();
    },
  };
}

function cut(text: string): Pick<AuditFrame, 'text' | 'cutChars'> {
  return { text: text.slice(0, AUDIT_FRAME_CHARS_MAX), cutChars: Math.max(0, text.length - AUDIT_FRAME_CHARS_MAX) };
}
