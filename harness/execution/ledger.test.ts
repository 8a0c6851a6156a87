import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FxBody } from '../model/event.ts';
import { createLedger } from './ledger.ts';

describe('the ledger', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'claimcheck-ledger-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const follow = (path: string, copyTo: string | null = null) => {
    const effects: FxBody[] = [];
    const complaints: string[] = [];
    const ledger = createLedger({
      path,
      copyTo,
      originNs: 1000n,
      now: () => 5_000_000,
      boot: () => 2,
      callOf: (token) => (token === 'known' ? 7 : null),
      onEffect: (effect) => effects.push(effect),
      onComplaint: (text) => complaints.push(text),
    });
    return { ledger, effects, complaints };
  };

  it('throws away a line without end, and goes on with the next one', () => {
    const path = join(dir, 'ledger.jsonl');
    const { ledger, effects, complaints } = follow(path);
    for (let round = 0; round < 5; round += 1) {
      appendFileSync(path, '{"token":"'.padEnd(100_000, 'x'));
      ledger.drain();
    }
    appendFileSync(path, '"}\n{"token":"other"}\n');
    ledger.drain();
    ledger.close();
    expect(effects.map(({ token }) => token)).toEqual(['other']);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]?.length).toBeLessThan(300);
  });

  it('hands on each line once, with the call its token belongs to and the time its writer gave', () => {
    const path = join(dir, 'ledger.jsonl');
    const { ledger, effects } = follow(path);
    ledger.drain();
    appendFileSync(path, '{"token":"known","phase":"begin","at":3000,"worker":"w1"}\n{"token":"other"}\n');
    ledger.drain();
    ledger.drain();
    ledger.close();
    expect(effects).toEqual([
      { kind: 'fx', token: 'known', call: 7, phase: 'begin', boot: 2, worker: 'w1', at: 2000 },
      { kind: 'fx', token: 'other', call: null, phase: 'commit', boot: 2, at: 5_000_000, seen: true },
    ]);
  });

  it('waits for the newline of a line that is only half written, also within a character', () => {
    const path = join(dir, 'ledger.jsonl');
    const line = Buffer.from('{"token":"kn\u00f6wn"}\n');
    const { ledger, effects } = follow(path);
    appendFileSync(path, line.subarray(0, 13));
    ledger.drain();
    expect(effects).toEqual([]);
    appendFileSync(path, line.subarray(13));
    ledger.drain();
    ledger.close();
    expect(effects.map((effect) => effect.token)).toEqual(['kn\u00f6wn']);
  });

  it('reports a line that is no effect, and goes on', () => {
    const path = join(dir, 'ledger.jsonl');
    const { ledger, effects, complaints } = follow(path);
    writeFileSync(path, 'hello\n{"phase":"commit"}\n{"token":"known"}\n');
    ledger.drain();
    ledger.close();
    expect(complaints).toEqual([
      'a ledger line is not {token, phase}: hello',
      'a ledger line is not {token, phase}: {"phase":"commit"}',
    ]);
    expect(effects.map((effect) => effect.token)).toEqual(['known']);
  });

  it('leaves alone what an earlier run wrote', () => {
    const path = join(dir, 'effects.jsonl');
    writeFileSync(path, '{"token":"earlier"}\n');
    const { ledger, effects } = follow(path);
    ledger.drain();
    appendFileSync(path, '{"token":"known"}\n');
    ledger.drain();
    ledger.close();
    expect(effects.map((effect) => effect.token)).toEqual(['known']);
  });

  it('reads on past its buffer', () => {
    const path = join(dir, 'ledger.jsonl');
    const { ledger, effects } = follow(path);
    writeFileSync(path, Array.from({ length: 20_000 }, (_, index) => `{"token":"t${index}"}\n`).join(''));
    ledger.drain();
    ledger.close();
    expect(effects.map((effect) => effect.token)).toEqual(Array.from({ length: 20_000 }, (_, index) => `t${index}`));
  });
});
