import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import { discardOutDirectory, existingRun, linkLatest, openOutDirectory, planOutDirectories } from './out-directory.ts';

describe('where runs go', () => {
  let cwd: string;
  const wallMs = Date.UTC(2026, 6, 28, 12, 30, 5, 250);
  const tour = { scenario: 'tour', seed: 7 };
  const steady = { scenario: 'steady', seed: 7 };
  const options = (out?: string, force = false) => ({ cwd, out, force, wallMs });
  const paths = (runs: readonly (typeof tour)[], out?: string, force?: boolean) =>
    planOutDirectories(runs, options(out, force)).map(({ path }) => path.slice(cwd.length + 1));

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'claimcheck-out-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));

  it('is reports/out/<scenario>/<UTC time>-<seed> by default', () => {
    expect(paths([tour, steady])).toEqual([
      'reports/out/tour/20260728T123005Z-7',
      'reports/out/steady/20260728T123005Z-7',
    ]);
  });

  it('never reuses a default place', () => {
    mkdirSync(join(cwd, 'reports/out/tour/20260728T123005Z-7'), { recursive: true });
    expect(paths([tour, tour])).toEqual([
      'reports/out/tour/20260728T123005Z-7-2',
      'reports/out/tour/20260728T123005Z-7-3',
    ]);
  });

  it('is --out itself for one run and a folder each for several', () => {
    expect(paths([tour], 'mine')).toEqual(['mine']);
    expect(paths([tour, steady], 'mine')).toEqual(['mine/tour-7', 'mine/steady-7']);
  });

  it('refuses a directory that holds a run, unless forced', () => {
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(join(cwd, 'mine/notes.txt'), '');
    expect(paths([tour], 'mine')).toEqual(['mine']);
    writeFileSync(join(cwd, 'mine/plan.json'), '{}');
    const message = 'mine already holds a run; choose another --out, or replace it with --force';
    expect(() => paths([tour], 'mine')).toThrow(new UsageError(message));
    expect(() => paths([tour, steady], 'mine')).toThrow(new UsageError(message));
    expect(paths([tour], 'mine', true)).toEqual(['mine']);
  });

  it('removes the old run and nothing else when it is opened again', () => {
    const directory = runDirectory(join(cwd, 'mine'));
    mkdirSync(directory.path);
    for (const name of ['plan.json', 'history.jsonl', 'stderr.3.log', 'notes.txt']) {
      writeFileSync(join(directory.path, name), '');
    }
    openOutDirectory(directory, cwd);
    expect(readdirSync(directory.path)).toEqual(['notes.txt']);
  });

  it('says why a directory cannot be written', () => {
    writeFileSync(join(cwd, 'file'), '');
    expect(() => openOutDirectory(runDirectory(join(cwd, 'file/run')), cwd)).toThrow(
      /^cannot write to file\/run: ENOTDIR/,
    );
  });

  it('leaves nothing behind when a run is discarded', () => {
    mkdirSync(join(cwd, 'a'));
    const deep = runDirectory(join(cwd, 'a/b/c'));
    const made = openOutDirectory(deep, cwd);
    writeFileSync(deep.plan, '{}');
    discardOutDirectory(deep, made);
    expect(readdirSync(join(cwd, 'a'))).toEqual([]);
  });

  it('leaves a folder with something of somebody else in it when a run is discarded', () => {
    const directory = runDirectory(join(cwd, 'a/b'));
    const made = openOutDirectory(directory, cwd);
    writeFileSync(join(directory.path, 'notes.txt'), '');
    discardOutDirectory(directory, made);
    expect(readdirSync(directory.path)).toEqual(['notes.txt']);
  });

  it('links latest to the newest run and leaves a real folder of that name alone', () => {
    const said: string[] = [];
    for (const name of ['1', '2'])
      linkLatest(runDirectory(join(cwd, 'reports/out/tour', name)), cwd, (t) => said.push(t));
    expect(said.length).toBe(2);
    mkdirSync(join(cwd, 'reports/out'), { recursive: true });
    for (const name of ['1', '2'])
      linkLatest(runDirectory(join(cwd, 'reports/out/tour', name)), cwd, (t) => said.push(t));
    expect(readlinkSync(join(cwd, 'reports/out/latest'))).toBe('tour/2');
    rmSync(join(cwd, 'reports/out/latest'));
    mkdirSync(join(cwd, 'reports/out/latest'));
    linkLatest(runDirectory(join(cwd, 'reports/out/tour/3')), cwd, (t) => said.push(t));
    expect(said.slice(2)).toEqual(['reports/out/latest is not a link; it was left as it is']);
  });

  it('tells a missing directory, a file and a stranger apart', () => {
    writeFileSync(join(cwd, 'file'), '');
    mkdirSync(join(cwd, 'empty'));
    expect(() => existingRun(cwd, 'none')).toThrow(new UsageError('none does not exist; expected a run directory'));
    expect(() => existingRun(cwd, 'file')).toThrow(new UsageError('file is a file; expected a run directory'));
    expect(() => existingRun(cwd, 'empty')).toThrow(
      new UsageError('empty is not a run directory: it holds no plan.json'),
    );
  });
});
