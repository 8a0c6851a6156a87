import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event } from '../model/event.ts';
import { readHistory } from '../model/history.ts';
import { createRecorder } from './recorder.ts';

describe('the recorder', () => {
  it('writes one sequence on one clock that never goes back, and tells its listeners in order', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'claimcheck-recorder-'));
    try {
      const path = join(dir, 'history.jsonl');
      const times = [0, 5, 3, 9];
      const clock = { now: () => times.shift() ?? 10, wall: () => 1000, sleep: async () => {} };
      const recorder = createRecorder({ path, clock, time: 'real' });
      const seen: Event[] = [];
      recorder.onEvent((event) => seen.push(event));
      expect(recorder.record({ kind: 'note', topic: 'a' })).toBe(1);
      expect(recorder.record({ kind: 'note', topic: 'b' })).toBe(2);
      recorder.flush();
      expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4);
      recorder.close();
      const history = await readHistory(path);
      expect(history).toEqual({
        cut: false,
        events: [
          {
            seq: 0,
            t: 0,
            wall: 1000,
            kind: 'run',
            schema: 'claimcheck/history@1',
            startedAt: new Date(1000).toISOString(),
            time: 'real',
          },
          { seq: 1, t: 5, wall: 1000, kind: 'note', topic: 'a' },
          { seq: 2, t: 5, wall: 1000, kind: 'note', topic: 'b' },
        ],
      });
      expect(seen).toEqual(history.events.slice(1));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('writes of a run that keeps counts only what happened to the server, and tells its listeners everything', () => {
    const dir = mkdtempSync(join(tmpdir(), 'claimcheck-recorder-'));
    try {
      const path = join(dir, 'history.jsonl');
      const clock = { now: () => 0, wall: () => 0, sleep: async () => {} };
      const seen: Event[] = [];
      const onEvent = (event: Event) => void seen.push(event);
      const recorder = createRecorder({ path, clock, time: 'real', record: 'counts', onEvent });
      recorder.record({ kind: 'proc', boot: 1, phase: 'spawn' });
      recorder.record({ kind: 'know', task: 't', call: 1, agent: 1 });
      recorder.record({ kind: 'fault', id: 'F12', entry: 'F12#1', phase: 'start' });
      recorder.record({ kind: 'note', topic: 'end' });
      recorder.close();
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      const written = seen.filter(({ kind }) => kind !== 'know').map((event) => JSON.stringify(event));
      expect(lines).toEqual(written);
      expect(seen.map(({ kind }) => kind)).toEqual(['run', 'proc', 'know', 'fault', 'note']);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
