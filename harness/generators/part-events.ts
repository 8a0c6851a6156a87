import type { Event } from '../model/event.ts';
import { readBatches } from '../model/history.ts';
import { LOAD_START, RESOURCES } from '../model/load.ts';
import type { Harvest } from './member.ts';

/** What a generator notes of its own beginning and end: whoever divides the load notes the same of the whole. */
const OWN_NOTES: readonly string[] = ['server', 'drained', 'healed', 'audit', 'interrupted', 'end'];

/** The events of one part of a load by our clock, under names of its own. Their `seq` is still that of the part. */
export async function* eventsOfPart(harvest: Harvest): AsyncGenerator<readonly Event[]> {
  const { member, history, toOurs, isSameClock, readings } = harvest;
  const wallAheadMs = isSameClock ? 0 : Math.round(readings[0].wallAheadMs);
  for await (const batch of readBatches(history)) {
    yield batch
      .filter((event) => event.kind !== 'run' && !(event.kind === 'note' && OWN_NOTES.includes(event.topic)))
      .map((event) => moved({ ...event, t: toOurs(event.t), wall: event.wall - wallAheadMs }, member.name, toOurs));
  }
}

/** Every other instant in it by our clock as well, and its connections told from those of others. */
function moved(event: Event, name: string, toOurs: Harvest['toOurs']): Event {
  switch (event.kind) {
    case 'inv': {
      const { intended } = event;
      const conn = `${event.conn}-${name}`;
      return intended === undefined ? { ...event, conn } : { ...event, conn, intended: toOurs(intended) };
    }
    case 'frame':
    case 'push':
      return { ...event, conn: `${event.conn}-${name}` };
    case 'act':
    case 'idle':
      return { ...event, from: toOurs(event.from), to: toOurs(event.to) };
    case 'note':
      return { ...event, data: { ...event.data, ...noteData(event, name, toOurs) } };
    default:
      return event;
  }
}

function noteData(
  { topic, data = {} }: Extract<Event, { kind: 'note' }>,
  name: string,
  toOurs: Harvest['toOurs'],
): Readonly<Record<string, unknown>> {
  if (topic === RESOURCES) return { process: `${String(data.process)} ${name}` };
  const { originT } = data;
  if (topic === LOAD_START && typeof originT === 'number') return { originT: toOurs(originT) };
  return { generator: name };
}
