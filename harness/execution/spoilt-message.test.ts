import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Spoiling } from '../model/fault.ts';
import { slices, spoil, trickleMs } from './spoilt-message.ts';

const MESSAGE = JSON.stringify({ jsonrpc: '2.0', id: 7, result: { text: 'a "quoted" ü', at: '2026-01-01T00:00:00Z' } });

function isMessage(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

describe('a spoilt message', () => {
  it('can be read by nobody, wherever it is hit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Spoiling>('flip', 'utf8', 'glued', 'log'),
        fc.float({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.record({ id: fc.integer(), result: fc.dictionary(fc.string(), fc.string()) }),
        (how, at, value) => {
          const { bytes, linesBefore } = spoil(JSON.stringify(value), { how, at, isLine: false });
          expect({ isMessage: isMessage(bytes), linesBefore }).toEqual({ isMessage: false, linesBefore: [] });
        },
      ),
    );
  });

  it('differs in one bit of one byte when it is flipped', () => {
    const { bytes } = spoil(MESSAGE, { how: 'flip', at: 0.5, isLine: true });
    const whole = Buffer.from(MESSAGE);
    const changed = [...whole.keys()].filter((index) => whole[index] !== bytes[index]);
    expect(changed.map((index) => (whole[index] ?? 0) ^ (bytes[index] ?? 0))).toEqual([0x80]);
  });

  it('comes whole behind a line of a log over a pipe', () => {
    const { bytes, linesBefore } = spoil(MESSAGE, { how: 'log', at: 0, isLine: true });
    expect([bytes.toString(), linesBefore.length]).toEqual([MESSAGE, 1]);
  });
});

describe('a message in slices', () => {
  it('is what it was, one slice after the other, the first at once', async () => {
    const pace = { sliceBytes: 10, everyMs: 5 };
    const slept: number[] = [];
    const parts: Uint8Array[] = [];
    const sleep = async (ms: number) => {
      slept.push(ms);
    };
    for await (const part of slices(Buffer.from(MESSAGE), pace, sleep)) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe(MESSAGE);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(trickleMs(Buffer.byteLength(MESSAGE), pace));
    expect(parts.slice(0, -1).every(({ length }) => length === 10)).toBe(true);
  });
});
