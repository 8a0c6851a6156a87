import { closeSync, openSync, writeSync } from 'node:fs';
import { IDLE_TAIL_MS } from '../execution/ledger.ts';
import { nsOf } from '../model/clock.ts';
import type { Event, EventOf } from '../model/event.ts';
import { readBatches } from '../model/history.ts';
import { EVENT_LOOP, LOAD_START } from '../model/load.ts';
import type { Harvest } from './member.ts';
import { eventsOfPart } from './part-events.ts';

const FLUSH_LINES = 1_000;

export interface MergeOptions {
  /** The history of whoever divided the load: the server, its ledger, the final reads. */
  readonly own: string;
  readonly harvests: readonly Harvest[];
  /** Calls of parts that did not come back: what they did is known of the ledger alone, and is left out. */
  readonly lostCalls: ReadonlySet<number>;
  /** What the latest event loop of those that made the load noted: the worst says how far they can be trusted. null: none did. */
  readonly slowestLoop: EventOf<'note'> | null;
  readonly to: string;
  readonly onEvent: (event: Event) => void;
}

/** Writes one history of several, in the order of our clock, and gives the number of effects that were left out. */
export async function mergeHistories(options: MergeOptions): Promise<{ readonly effectsLeftOut: number }> {
  const own = await readOwn(options);
  const streams = [
    await openStream(once(own.others)),
    await openStream(once(own.effects)),
    ...(await Promise.all(
      options.harvests.map((harvest) => openStream(duringLoad(eventsOfPart(harvest), own.drainedT))),
    )),
  ];
  const writer = openWriter(options);
  try {
    for (let next = earliest(streams); next !== null; next = earliest(streams)) {
      const event = next.head();
      if (event !== null) writer.write(event, next);
      await next.advance();
    }
  } finally {
    writer.close();
  }
  return { effectsLeftOut: own.effectsLeftOut };
}

/**
 * Effects count from when they happened, not from when they were seen: no message of the agents is there to drain the ledger before
 * it. Where nobody says when they happened, they were seen late by as much as the ledger is left alone at most.
 */
async function readOwn({ own, harvests, lostCalls, slowestLoop }: MergeOptions) {
  const unsureNs = Math.max(0, ...harvests.map((harvest) => (harvest.isSameClock ? 0 : uncertaintyNs(harvest))));
  const others: Event[] = [];
  const effects: EventOf<'fx'>[] = [];
  let effectsLeftOut = 0;
  for await (const batch of readBatches(own)) {
    for (const event of batch) {
      if (event.kind !== 'fx') others.push(event);
      else if (event.call !== null && lostCalls.has(event.call)) effectsLeftOut += 1;
      else {
        const at = event.seen === true ? event.at - nsOf(IDLE_TAIL_MS) : event.at;
        effects.push({ ...event, t: Math.max(0, at - unsureNs), ...(event.seen === true && { at: Math.max(0, at) }) });
      }
    }
  }
  effects.sort((a, b) => a.t - b.t);
  const drained = others.find((event) => event.kind === 'note' && event.topic === 'drained');
  const drainedT = drained?.t ?? Number.POSITIVE_INFINITY;
  return { others: withLoop(others, slowestLoop), effects, effectsLeftOut, drainedT };
}

function uncertaintyNs({ readings }: Harvest): number {
  return nsOf(Math.max(...readings.map(({ uncertaintyMs }) => uncertaintyMs)));
}

/** In place of our own, which made no load. */
function withLoop(events: readonly Event[], slowest: EventOf<'note'> | null): readonly Event[] {
  if (slowest === null) return events;
  const { data } = slowest;
  return events.map((event) =>
    event.kind === 'note' && event.topic === EVENT_LOOP && data ? { ...event, data } : event,
  );
}

/** A part had ended when the load had: where clocks are compared by asking, its last events may seem to be later by a hair. */
async function* duringLoad(
  batches: AsyncGenerator<readonly Event[]>,
  drainedT: number,
): AsyncGenerator<readonly Event[]> {
  for await (const batch of batches) {
    yield batch
      .filter((event) => !(event.kind === 'note' && event.topic === EVENT_LOOP))
      .map((event) => (event.t < drainedT ? event : { ...event, t: drainedT - 1 }));
  }
}

/** One of the histories, event by event. */
interface Stream {
  /** null: there is no more. */
  head(): Event | null;
  advance(): Promise<void>;
  /** By seq of a request in this history: its seq in the merged one, while it is open. */
  readonly open: Map<number, number>;
}

async function* once(events: readonly Event[]): AsyncGenerator<readonly Event[]> {
  yield events;
}

async function openStream(batches: AsyncGenerator<readonly Event[]>): Promise<Stream> {
  let batch: readonly Event[] = [];
  let index = 0;
  let isOver = false;
  const refill = async () => {
    while (index >= batch.length && !isOver) {
      const next = await batches.next();
      isOver = next.done === true;
      batch = next.done === true ? [] : next.value;
      index = 0;
    }
  };
  await refill();
  return {
    open: new Map(),
    head: () => batch[index] ?? null,
    async advance() {
      index += 1;
      // Not to wait for what is here already.
      if (index >= batch.length) await refill();
    },
  };
}

/** The stream whose next event comes first; of several at one instant the first stream. */
function earliest(streams: readonly Stream[]): Stream | null {
  let found: Stream | null = null;
  let foundT = Number.POSITIVE_INFINITY;
  for (const stream of streams) {
    const t = stream.head()?.t;
    if (t === undefined || t >= foundT) continue;
    found = stream;
    foundT = t;
  }
  return found;
}

/** Numbers events anew; time only grows. */
function openWriter({ to, onEvent }: MergeOptions) {
  const file = openSync(to, 'wx');
  let lines: string[] = [];
  let seq = 0;
  let lastT = 0;
  let hasBegun = false;
  const flush = () => {
    if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
    lines = [];
  };
  return {
    write(from: Event, { open }: Stream) {
      const isStart = from.kind === 'note' && from.topic === LOAD_START;
      // All parts begin at one instant, and each says so.
      if (isStart && hasBegun) return;
      hasBegun ||= isStart;
      lastT = Math.max(lastT, from.t);
      const event = renumbered({ ...from, seq, t: lastT }, from.seq, open);
      seq += 1;
      lines.push(JSON.stringify(event));
      if (lines.length >= FLUSH_LINES) flush();
      onEvent(event);
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}

function renumbered(event: Event, before: number, open: Map<number, number>): Event {
  if (event.kind === 'inv') open.set(before, event.seq);
  if (event.kind !== 'ok' && event.kind !== 'fail' && event.kind !== 'info') return event;
  const of = open.get(event.of) ?? event.of;
  open.delete(event.of);
  return { ...event, of };
}
