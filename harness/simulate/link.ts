import type { FaultLog } from '../execution/fault-log.ts';
import type { FrameInput, FrameLog, Tag } from '../execution/frame-log.ts';
import type { Interposer, Ruling } from '../execution/interposer.ts';
import type { Evidence, MessageView } from '../model/fault.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

/** What stands between an agent and the server, and sees every message. */
export interface SimulatedLink {
  readonly world: World;
  readonly site: Site;
  readonly interposer: Interposer;
  readonly frames: FrameLog;
  readonly log: FaultLog;
  readonly tagOf: (conn: string, rpcId: number | string) => Tag | undefined;
}

/** A message from the server in our hands, and what may become of it. */
export interface Arrival {
  readonly view: MessageView;
  readonly base: Omit<FrameInput, 'action'>;
  /** It reaches the client. */
  pass(): void;
  /** It does not, and this is what the client sees instead. */
  cut(how: 'reset' | 'fin' | 'hang'): void;
}

/** Does to a message what was ruled, records it, and proves the fault. */
export function obey(link: SimulatedLink, { disposition, entries, held, isWindow }: Ruling, arrival: Arrival): void {
  const { frames } = link;
  const { view, base } = arrival;
  const evidence = { rpcId: base.head.rpcId ?? null, http: base.http };
  switch (disposition.action) {
    case 'cut':
    case 'drop': {
      const how = disposition.action === 'cut' ? disposition.how : 'reset';
      frames.frame({ ...base, action: 'cut', entries });
      arrival.cut(how);
      prove(link, entries, view, { ...evidence, answered: true, how });
      return;
    }
    case 'delay': {
      const { delayMs } = disposition;
      later(link, delayMs, () => {
        frames.arrived();
        frames.frame({ ...base, action: 'delay', entries, delayMs });
        prove(link, entries, view, { ...evidence, delayMs, direction: 'reply' });
        arrival.pass();
      });
      return;
    }
    case 'hold':
      void (held ?? Promise.resolve(true)).then((isDelivered) => {
        frames.arrived();
        frames.frame({ ...base, action: isDelivered ? 'hold' : 'cut', entries });
        if (!isDelivered) {
          arrival.cut('reset');
          return;
        }
        if (isWindow !== true) prove(link, entries, view, { ...evidence, held: true });
        arrival.pass();
      });
      return;
    default:
      frames.frame({ ...base, action: 'pass', entries });
      arrival.pass();
  }
}

export function prove(link: SimulatedLink, entries: readonly string[], view: MessageView, evidence: Evidence): void {
  for (const entry of entries) {
    link.log.proven(entry, { conn: view.conn, call: view.call, op: view.op, ...evidence });
  }
}

/** As the harness, after so many ms. */
export function later({ world }: SimulatedLink, ms: number, act: () => void): void {
  world.schedule(world.harness, Math.ceil(ms), act);
}
