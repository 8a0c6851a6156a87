import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCompactStore } from './compact-store.ts';
import type { Event, FrameBody } from './event.ts';
import { createArrayStore } from './event-store.ts';

const rpcId = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('0', '1', 'x'), fc.constant(null));
const conn = fc.constantFrom('a1', 'a2', 'stdio.1');
const frame: fc.Arbitrary<FrameBody> = fc
  .record(
    {
      conn,
      dir: fc.constantFrom('out', 'in'),
      action: fc.constantFrom('pass', 'hold', 'delay', 'drop', 'dup', 'cut', 'flip'),
      bytes: fc.integer({ min: 0, max: 2 ** 33 }),
      type: fc.constantFrom('request', 'response', 'notification', 'garbage'),
      rpcId,
      method: fc.constantFrom('tasks/get', 'tools/call'),
      http: fc.constantFrom(200, 404, 502),
      sha: fc.constant('abc'),
      entries: fc.constant(['F5#1']),
      process: fc.constantFrom('server-1', 'worker-2'),
      delayMs: fc.float({ noNaN: true }),
    },
    { requiredKeys: ['conn', 'dir', 'action', 'bytes', 'type'], noNullPrototype: true },
  )
  .map((body) => ({ kind: 'frame', ...body }));
const history = fc.array(fc.option(frame), { maxLength: 40 }).map((bodies) =>
  bodies.map((body, seq): Event => {
    const stamp = { seq, t: seq * 3_000_000_000, wall: 1_800_000_000_000 + seq };
    return body === null ? { ...stamp, kind: 'note', topic: 'x' } : { ...stamp, ...body };
  }),
);

test('frames kept as columns come back as they were, alone, in order and by request', () => {
  fc.assert(
    fc.property(
      history,
      conn,
      fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('0', 'x')),
      (events, on, id) => {
        const columns = createCompactStore();
        const array = createArrayStore(events);
        for (const event of events) {
          columns.add(event);
          array.add(event);
        }
        expect([...columns.events]).toEqual(events);
        expect([...columns.frames]).toEqual([...array.frames]);
        expect([columns.frames.length, columns.events.length]).toEqual([array.frames.length, events.length]);
        expect(events.map(({ seq }) => columns.events.bySeq(seq))).toEqual(events);
        expect(columns.events.bySeq(events.length)).toBeUndefined();
        expect(columns.framesOf({ conn: on, rpcId: id })).toEqual(array.framesOf({ conn: on, rpcId: id }));
        const isIn = ({ dir }: FrameBody) => dir === 'in';
        expect(columns.frames.filter(isIn)).toEqual(array.frames.filter(isIn));
        expect(columns.frames.some(isIn)).toBe(array.frames.some(isIn));
      },
    ),
    { numRuns: 300 },
  );
});

test('a column table grows with what it is given', () => {
  const columns = createCompactStore();
  const count = 5000;
  for (let seq = 0; seq < count; seq += 1) {
    const body: FrameBody = {
      kind: 'frame',
      conn: 'a1',
      dir: 'out',
      action: 'pass',
      bytes: seq,
      type: 'request',
      rpcId: seq,
    };
    columns.add({ seq, t: seq, wall: 0, ...body });
  }
  expect(columns.events.bySeq(4321)).toEqual({
    seq: 4321,
    t: 4321,
    wall: 0,
    kind: 'frame',
    conn: 'a1',
    dir: 'out',
    action: 'pass',
    bytes: 4321,
    type: 'request',
    rpcId: 4321,
  });
  expect(columns.framesOf({ conn: 'a1', rpcId: 17 }).map(({ seq }) => seq)).toEqual([17]);
});

test('the text of a message is let go, that of a line that is no message is kept', () => {
  const columns = createCompactStore();
  const stamp = { t: 0, wall: 0, kind: 'frame', conn: 'stdio.1', dir: 'in', action: 'pass', bytes: 4 } as const;
  columns.add({ seq: 0, ...stamp, type: 'response', rpcId: 1, text: '{"id":1}' });
  columns.add({ seq: 1, ...stamp, type: 'garbage', text: 'Hello' });
  expect([...columns.frames].map(({ text }) => text)).toEqual([undefined, 'Hello']);
});
