import type { FaultLog } from './fault-log.ts';
import type { FrameLog, Tag } from './frame-log.ts';
import type { Interposer } from './interposer.ts';
import { readMessage } from './message-text.ts';
import type { ServerProcess } from './server-process.ts';

/** The pipe between the wire and one boot of a stdio server, with the interposer in the middle. Shaped as the wire's LineStream. */
export interface StdioShim {
  send(line: string): boolean;
  onLine(listener: (line: string) => void): void;
  onClose(listener: (why: string) => void): void;
}

export interface ShimOptions {
  readonly conn: string;
  readonly server: ServerProcess;
  readonly interposer: Interposer;
  readonly frames: FrameLog;
  readonly log: FaultLog;
  readonly tagOf: (conn: string, rpcId: number | string) => Tag | undefined;
  readonly sleep: (ms: number) => Promise<void>;
}

export function createStdioShim(options: ShimOptions): StdioShim {
  const { conn, server, interposer, frames, log } = options;
  const lineListeners: ((line: string) => void)[] = [];
  const closeListeners: ((why: string) => void)[] = [];
  /** Requests delivered twice: the second reply to them ends here. */
  const doubled = new Map<string | number, { readonly entry: string; replies: number }>();
  /** Requests that a gateway has answered for the server: its own late reply ends here. */
  const forsaken = new Map<string | number, string>();
  const pending = new Set<string | number>();
  let isClosed = false;

  const deliver = (line: string) => {
    if (!isClosed) for (const listener of lineListeners) listener(line);
  };
  const tagOf = (id: number | string | null | undefined) => (id == null ? undefined : options.tagOf(conn, id));

  const send = (line: string): boolean => {
    if (isClosed || server.exit() !== null) return false;
    const head = readMessage(line);
    const base = { conn, dir: 'out' as const, text: line, bytes: Buffer.byteLength(line), head };
    const view = frames.view({ ...base, tag: tagOf(head.rpcId) });
    const ruling = interposer.rule(view);
    const { disposition, entries } = ruling;
    const write = (action: 'pass' | 'delay' | 'dup', delayMs?: number) => {
      frames.frame({ ...base, action, entries, ...(delayMs === undefined ? {} : { delayMs }) });
      return server.write(line);
    };
    if (head.type === 'request' && head.rpcId != null) {
      pending.add(head.rpcId);
      watchGateway(view, head.rpcId);
    }
    switch (disposition.action) {
      case 'drop':
      case 'cut':
        frames.frame({ ...base, action: 'drop', entries });
        for (const entry of entries) prove(entry, { conn, call: view.call, op: view.op, dropped: true });
        return true;
      case 'delay':
        void options.sleep(disposition.delayMs).then(() => {
          write('delay', disposition.delayMs);
          for (const entry of entries)
            log.verified(entry, { conn, delayMs: disposition.delayMs, direction: 'request' });
        });
        return true;
      case 'dup': {
        const [entry] = entries;
        if (head.rpcId != null && entry !== undefined) doubled.set(head.rpcId, { entry, replies: 0 });
        const isSent = write('pass');
        void options.sleep(disposition.afterMs).then(() => {
          if (write('dup'))
            for (const name of entries) prove(name, { conn, call: view.call, op: view.op, deliveries: 2 });
        });
        return isSent;
      }
      default:
        return write('pass');
    }
  };

  const prove = (entry: string, evidence: Record<string, unknown>) => {
    log.verified(entry, evidence);
    if (evidence.call !== null) log.stop(entry);
  };

  const watchGateway = (view: ReturnType<FrameLog['view']>, rpcId: string | number) => {
    const gateway = interposer.gateway(view);
    if (gateway === null) return;
    void options.sleep(gateway.afterMs).then(() => {
      if (!pending.has(rpcId) || isClosed) return;
      forsaken.set(rpcId, gateway.entry);
      // On a pipe the platform cancels the request and forgets it; the server may go on.
      const cancel = JSON.stringify({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: rpcId, reason: `the platform gave up after ${gateway.afterMs} ms` },
      });
      frames.frame({
        conn,
        dir: 'out',
        action: 'pass',
        text: cancel,
        bytes: Buffer.byteLength(cancel),
        head: readMessage(cancel),
        entries: [gateway.entry],
      });
      server.write(cancel);
      log.verified(gateway.entry, { conn, call: view.call, op: view.op, afterMs: gateway.afterMs });
      deliver(gatewayReply(rpcId, gateway.afterMs));
    });
  };

  const receive = async (line: string): Promise<void> => {
    frames.arrived();
    const head = readMessage(line);
    const base = { conn, dir: 'in' as const, text: line, bytes: Buffer.byteLength(line), head };
    const id = head.type === 'response' ? head.rpcId : undefined;
    if (id != null) {
      pending.delete(id);
      const twin = doubled.get(id);
      if (twin) {
        twin.replies += 1;
        if (twin.replies > 1) {
          frames.frame({ ...base, action: 'drop', entries: [twin.entry] });
          return;
        }
      }
      const gateway = forsaken.get(id);
      if (gateway !== undefined) {
        frames.frame({ ...base, action: 'drop', entries: [gateway] });
        return;
      }
    }
    const view = frames.view({ ...base, tag: tagOf(id) });
    const { disposition, entries, held } = interposer.rule(view);
    const evidence = { conn, call: view.call, op: view.op, rpcId: id ?? null };
    switch (disposition.action) {
      case 'drop':
      case 'cut':
        frames.frame({ ...base, action: 'cut', entries });
        for (const entry of entries) prove(entry, { ...evidence, answered: true });
        return;
      case 'delay':
        await options.sleep(disposition.delayMs);
        frames.arrived();
        frames.frame({ ...base, action: 'delay', entries, delayMs: disposition.delayMs });
        for (const entry of entries) log.verified(entry, { ...evidence, delayMs: disposition.delayMs });
        break;
      case 'hold': {
        const isDelivered = (await held) ?? true;
        frames.arrived();
        frames.frame({ ...base, action: isDelivered ? 'hold' : 'cut', entries });
        if (!isDelivered) return;
        for (const entry of entries) log.verified(entry, { ...evidence, held: true });
        break;
      }
      default:
        frames.frame({ ...base, action: 'pass', entries });
    }
    deliver(line);
    if (id != null && view.op !== null) interposer.passed();
  };

  server.lines?.on('line', (line) => {
    if (line.trim() !== '') void receive(line);
  });
  const close = (why: string) => {
    if (isClosed) return;
    isClosed = true;
    for (const listener of closeListeners) listener(why);
  };
  server.lines?.once('close', () => close('the server closed its stdout'));
  void server.exited.then(({ code, signal }) => close(`the server exited (${signal ?? `code ${code}`})`));
  return {
    send,
    onLine: (listener) => {
      lineListeners.push(listener);
    },
    onClose: (listener) => {
      closeListeners.push(listener);
    },
  };
}

/** What the client sees of a gateway that gave up: an answer of ours, marked as such. */
function gatewayReply(id: string | number, afterMs: number): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: {
      code: -32_001,
      message: `424 Failed Dependency: no answer within ${afterMs} ms`,
      data: { 'x-claimcheck-gateway': 'timeout' },
    },
  });
}
