import type { Evidence, MessageView, Pace } from '../model/fault.ts';
import type { FaultLog } from './fault-log.ts';
import type { FrameLog, Framing } from './frame-log.ts';
import type { Ruling } from './interposer.ts';
import { type Spoilt, spoil, trickleMs } from './spoilt-message.ts';

/** What a ruling is carried out with, on whatever wire. */
export interface Obedience {
  readonly frames: Pick<FrameLog, 'arrived' | 'frame'>;
  readonly log: Pick<FaultLog, 'proven'>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A message from the server in our hands. */
export interface Arrival {
  readonly view: MessageView;
  readonly base: Framing;
  /** Stands in every proof. */
  readonly evidence?: Evidence;
  /** The client does not get it; what it sees instead, where its wire can show that. */
  cut?(how: 'reset' | 'fin' | 'hang'): Evidence;
  /** The client gets this in its place. `ends`: and then its connection ends, where it has one of its own. */
  alter(spoilt: Spoilt & { readonly ends: boolean }): void;
  /** It passes at this pace, where its wire can show that; left out: it comes as late as its last piece. */
  pace?(pace: Pace): void;
}

/**
 * Does to a message from the server what was ruled, records it, and proves the fault. true: the client gets it. At once where
 * nothing has to be waited for.
 */
export function obey(parts: Obedience, ruling: Ruling, arrival: Arrival): boolean | Promise<boolean> {
  const { frames } = parts;
  const { disposition, entries } = ruling;
  const { base, evidence = {} } = arrival;
  switch (disposition.action) {
    case 'cut':
    case 'drop': {
      frames.frame(base, 'cut', ruling);
      const seen = arrival.cut?.(disposition.action === 'cut' ? disposition.how : 'reset');
      prove(parts, entries, arrival.view, { ...evidence, answered: true, ...seen });
      return false;
    }
    case 'truncate':
    case 'spoil':
      return altered(parts, ruling, arrival, disposition);
    case 'trickle':
      return trickled(parts, ruling, arrival, disposition.pace);
    case 'delay':
      return delayed(parts, ruling, arrival, disposition.delayMs);
    case 'hold':
      return held(parts, ruling, arrival);
    default:
      frames.frame(base, 'pass', ruling);
      return true;
  }
}

function altered(
  parts: Obedience,
  ruling: Ruling,
  { view, base, alter, evidence = {} }: Arrival,
  disposition: Extract<Ruling['disposition'], { readonly action: 'truncate' | 'spoil' }>,
): false {
  const ends = disposition.action === 'truncate';
  parts.frames.frame(base, ends ? 'cut' : 'flip', ruling);
  const spoilt = ends
    ? { bytes: Buffer.from(base.text).subarray(0, disposition.bytes), linesBefore: [] }
    : spoil(base.text, { ...disposition, isLine: view.transport === 'stdio' });
  alter({ ...spoilt, ends });
  const change = ends ? { bytes: base.bytes, arrived: spoilt.bytes.length } : { how: disposition.how };
  prove(parts, ruling.entries, view, { ...evidence, ...change, direction: 'reply' });
  return false;
}

function trickled(parts: Obedience, ruling: Ruling, arrival: Arrival, pace: Pace): boolean | Promise<boolean> {
  const delayMs = trickleMs(arrival.base.bytes, pace);
  if (arrival.pace === undefined) return delayed(parts, ruling, arrival, delayMs);
  parts.frames.frame(arrival.base, 'delay', { entries: ruling.entries, delayMs });
  arrival.pace(pace);
  prove(parts, ruling.entries, arrival.view, { ...arrival.evidence, delayMs, direction: 'reply' });
  return true;
}

async function delayed(parts: Obedience, { entries }: Ruling, arrival: Arrival, delayMs: number): Promise<boolean> {
  await parts.sleep(delayMs);
  parts.frames.arrived();
  parts.frames.frame(arrival.base, 'delay', { entries, delayMs });
  prove(parts, entries, arrival.view, { ...arrival.evidence, delayMs, direction: 'reply' });
  return true;
}

async function held(parts: Obedience, ruling: Ruling, arrival: Arrival): Promise<boolean> {
  const isDelivered = (await ruling.held) ?? true;
  parts.frames.arrived();
  parts.frames.frame(arrival.base, isDelivered ? 'hold' : 'cut', ruling);
  if (!isDelivered) arrival.cut?.('reset');
  // Held for a fault that strikes elsewhere: that it was held proves nothing.
  else if (ruling.isWindow !== true) prove(parts, ruling.entries, arrival.view, { ...arrival.evidence, held: true });
  return isDelivered;
}

/** Each of these entries bit this message. */
export function prove(
  { log }: Pick<Obedience, 'log'>,
  entries: readonly string[],
  { conn, call, op }: MessageView,
  evidence: Evidence,
): void {
  for (const entry of entries) log.proven(entry, { conn, call, op, ...evidence });
}
