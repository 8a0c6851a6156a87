import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Event } from './event.ts';
import { createEventSpill, readSpilled } from './event-spill.ts';

let folder: string;
let file: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-spill-'));
  file = openSync(join(folder, 'events.jsonl'), 'wx+');
});

afterEach(() => {
  closeSync(file);
  rmSync(folder, { recursive: true, force: true });
});

const note = (seq: number, text: string): Event => ({ kind: 'note', seq, t: seq, wall: seq, topic: 'test', text });

test('what was kept in any order is read in the order of its seq, whole', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(Array.from({ length: 60 }, (_, seq) => seq)),
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 20 }),
      (order, text, runEvents) => {
        const spill = createEventSpill(file, runEvents);
        for (const seq of order) spill.keep(note(seq, `${text} ${seq}`));
        const inOrder = order.toSorted((a, b) => a - b);
        expect([...readSpilled(file, spill.end())]).toEqual(inOrder.map((seq) => note(seq, `${text} ${seq}`)));
      },
    ),
  );
});

test('an event longer than what is read at a time comes back whole, and so do its neighbours', () => {
  const events = [note(1, 'é'.repeat(100_000)), note(2, 'short'), note(3, 'ß'.repeat(70_001))];
  const spill = createEventSpill(file, 2);
  for (const event of events) spill.keep(event);
  expect([...readSpilled(file, spill.end())]).toEqual(events);
});

test('nothing kept is nothing read', () => {
  expect([...readSpilled(file, createEventSpill(file).end())]).toEqual([]);
});

test('an event that was begun before all others and kept after them comes first', () => {
  const spill = createEventSpill(file, 3);
  for (const seq of [2, 3, 4, 5, 6, 7, 8, 1]) spill.keep(note(seq, ''));
  expect([...readSpilled(file, spill.end())].map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a file that was cut short is no history', () => {
  const spill = createEventSpill(file, 2);
  for (const seq of [1, 2, 3]) spill.keep(note(seq, ''));
  const runs = spill.end().map((run) => ({ ...run, to: run.to + 10_000 }));
  expect(() => [...readSpilled(file, runs)]).toThrow(/expected/);
});
