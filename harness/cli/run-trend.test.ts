import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleRun } from '../../reports/testing/sample-run.ts';
import { runDirectory } from '../model/run-directory.ts';
import type { Verdict } from '../model/verdict.ts';
import { earlierRuns } from './run-trend.ts';

const { verdict } = sampleRun({ calls: 1, broken: false });

describe('the runs before a run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'claimcheck-trend-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function save(name: string, changes: Partial<Verdict>, fingerprint = 'same'): void {
    const directory = runDirectory(join(folder, verdict.scenario, name));
    mkdirSync(directory.path, { recursive: true });
    writeFileSync(directory.plan, '{}');
    writeFileSync(directory.verdict, JSON.stringify({ ...verdict, ...changes }));
    writeFileSync(directory.environment, JSON.stringify({ fingerprint }));
  }

  const look = (at = 'now', trend?: string) =>
    earlierRuns({ directory: runDirectory(join(folder, verdict.scenario, at)), verdict, fingerprint: 'same' }, trend);

  it('are those of its scenario and target that lie beside it, oldest first', () => {
    save('now', {});
    save('b', { startedAt: '2025-12-31T00:00:00.000Z', valid: false });
    save('a', { startedAt: '2025-12-30T00:00:00.000Z' }, 'another machine');
    save('later', { startedAt: '2026-02-01T00:00:00.000Z' });
    save('elsewhere', { startedAt: '2025-12-31T00:00:00.000Z', target: { ...verdict.target, store: 'redis' } });
    expect(look().map(({ name, valid, isSameMachine }) => [name, valid, isSameMachine])).toEqual([
      ['a', true, false],
      ['b', false, true],
    ]);
  });

  it('are at most twenty, the latest, and none where runs do not lie by default', () => {
    for (let day = 1; day <= 28; day += 1) save(`run-${day}`, { startedAt: `2025-11-${String(day).padStart(2, '0')}` });
    expect(look()).toHaveLength(20);
    expect(look().at(-1)?.name).toBe('run-28');
    const directory = runDirectory(join(folder, 'own-name'));
    expect(earlierRuns({ directory, verdict, fingerprint: 'same' })).toEqual([]);
    const named = earlierRuns({ directory, verdict, fingerprint: 'same' }, join(folder, verdict.scenario));
    expect(named).toHaveLength(20);
  });

  it('leave out what is damaged', () => {
    save('a', { startedAt: '2025-12-30' });
    writeFileSync(runDirectory(join(folder, verdict.scenario, 'a')).verdict, '{"schema":');
    expect(look()).toEqual([]);
  });
});
