import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlannedFault } from '../model/plan.ts';
import { type RunDirectory, runDirectory } from '../model/run-directory.ts';
import { sampleCall, samplePlan } from '../model/testing/sample-plan.ts';
import { continuedPlan } from './continued-plan.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-continued-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const fault = (entry: string): PlannedFault => ({
  ...{ entry, fault: 'F12', name: 'kill', trigger: { kind: 'time', atMs: 5 }, options: {} },
});

function runWith(name: string, lines: readonly string[]): RunDirectory {
  const directory = runDirectory(join(folder, name));
  mkdirSync(directory.path);
  writeFileSync(directory.history, lines.join('\n'));
  return directory;
}

test('what struck in an earlier run is taken out, and said to be', () => {
  const plan = { ...samplePlan(), faults: ['F12#1', 'F12#2', 'F12#3'].map(fault) };
  const line = (entry: string, phase: string) => JSON.stringify({ kind: 'fault', id: 'F12', entry, phase });
  const earlier = [
    runWith('run', [line('F12#1', 'start'), line('F12#1', 'verified'), line('F12#2', 'start')]),
    // Cut short in the middle of a line.
    runWith('run-2', [line('F12#3', 'verified').slice(0, -1)]),
    runDirectory(join(folder, 'run-3')),
  ];
  const left = continuedPlan(plan, earlier);
  expect(left.faults.map(({ entry }) => entry)).toEqual(['F12#2', 'F12#3']);
  expect(left.notApplicable.slice(plan.notApplicable.length)).toEqual([
    { kind: 'fault', id: 'F12', name: 'kill', reason: 'it struck in an earlier run of this client (--once)' },
  ]);
});

test('a first run has all of its faults', () => {
  const plan = { ...samplePlan(), faults: [fault('F12#1')] };
  expect(continuedPlan(plan, [])).toEqual(plan);
});

test('work that was asked for in an earlier run may be done in this one, unless it has a key', () => {
  const create = (call: number, key?: string) => JSON.stringify({ kind: 'inv', op: 'create', call, key });
  const run = runWith('run', [
    create(1),
    create(1),
    create(2, 'k'),
    JSON.stringify({ kind: 'inv', op: 'get', call: 1 }),
  ]);
  writeFileSync(run.plan, JSON.stringify({ calls: [sampleCall(1), sampleCall(2)] }));
  const plan = { ...samplePlan(), client: { label: 'x' } };
  expect(continuedPlan(plan, [run]).client).toEqual({ label: 'x', earlier: { [sampleCall(1).token]: 2 } });
  expect(continuedPlan(samplePlan(), [run]).client).toBeUndefined();
});
