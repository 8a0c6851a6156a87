import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const SERVERS = join(findPackage().root, 'dist/fixtures/servers/module.js');
const FIRE_AND_FORGET = join(findPackage().root, 'fixtures/examples/sdk-v1-fire-and-forget.mjs');

const counterexample = z.object({
  file: z.string(),
  directory: z.string(),
  invariant: z.string(),
  isReproduced: z.boolean(),
  calls: z.number(),
  faults: z.array(z.object({ fault: z.string() })),
  story: z.array(z.string()),
});
const exploration = z.object({
  exitCode: z.number(),
  runs: z.number(),
  violated: z.number(),
  workers: z.number(),
  situations: z.record(z.string(), z.number()),
  known: z.array(z.object({ state: z.string(), invariant: z.string() })),
  counterexamples: z.array(counterexample),
});
const everyPoint = z.object({
  exitCode: z.number(),
  pointCount: z.number(),
  pointsRun: z.number(),
  broken: z.array(z.object({ what: z.string(), invariant: z.string(), faults: z.number() })),
  unknown: z.array(z.unknown()),
  counterexamples: z.array(counterexample),
});

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

const broken = (id: string) => ['--module', `${SERVERS}?id=${id}`];
/** Seconds on idle cores: limits for machines that do much else. A search ends with what it finds, a shrinking with the smallest. */
const PATIENT = ['--seconds', '240', '--shrink-seconds', '120'];

describe('claimcheck explore', () => {
  it.each([
    ['early-receipts', ['S1', 'S2', 'S13']],
    ['abandoned-tasks', ['L1']],
    ['short-retentions', ['S1', 'S2', 'S21']],
    ['refused-work', ['S6']],
  ])('finds what is broken about %s, shrinks it and replays it to the byte', async (id, invariants) => {
    const ended = await stage.run('explore', ...broken(id), ...PATIENT, '--jobs', '2', '--json', '--out', 'found');
    const { counterexamples } = exploration.parse(JSON.parse(ended.stdout));
    expect(ended.code).toBe(1);
    const [found] = counterexamples;
    expect(invariants).toContain(found?.invariant);
    expect(found?.isReproduced).toBe(true);
    expect(found?.faults.length).toBeLessThanOrEqual(2);
    expect(found?.calls).toBeLessThanOrEqual(2);
    expect(found?.story.at(-1)).toMatch(new RegExp(`^${found?.invariant}: `));
    const again = await stage.run('replay', found?.file ?? '', '--runs', '20', '--out', 'again');
    expect(again.stdout).toContain('identical to the saved one, byte for byte, in 20 of 20 runs');
    expect(again.code).toBe(1);
    expect(stage.read('found/report.html')).toContain('Messages, one by one');
    expect((await stage.run('check', 'found')).code).toBe(1);
    expect(stage.left()).toEqual([]);
  });

  it('finds a server that is too slow to come back, of which one kill is all there is to tell', async () => {
    const flags = [...PATIENT, '--jobs', '2', '--json', '--out', 'slow'];
    const ended = await stage.run('explore', ...broken('slow-restarts'), ...flags);
    const [found] = exploration.parse(JSON.parse(ended.stdout)).counterexamples;
    expect(found).toMatchObject({ invariant: 'L2', isReproduced: true, calls: 1, faults: [{ fault: 'F12' }] });
  });

  it('finds nothing in the reference server, and says what it reached', async () => {
    const ended = await stage.run('explore', '--runs', '60', ...PATIENT, '--seed', '5', '--json', '--quiet');
    const document = exploration.parse(JSON.parse(ended.stdout));
    expect(document).toMatchObject({ exitCode: 0, runs: 60, violated: 0, counterexamples: [] });
    expect(Object.keys(document.situations).length).toBeGreaterThan(10);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(stage.written()).toEqual([]);
    expect(stage.left()).toEqual([]);
  });

  it('draws the same schedules for the same seed', async () => {
    const flags = ['explore', '--runs', '30', ...PATIENT, '--seed', '9', '--jobs', '2', '--json', '--quiet'];
    const ends = [await stage.run(...flags), await stage.run(...flags)];
    const tallies = ends.map(({ stdout }) => exploration.parse(JSON.parse(stdout)).situations);
    expect(tallies[1]).toEqual(tallies[0]);
  });

  it('runs known counterexamples first: still failing, or fixed', async () => {
    await stage.run('explore', ...broken('volatile-tasks'), ...PATIENT, '--out', 'found', '--quiet');
    mkdirSync(join(stage.cwd, 'counterexamples'));
    copyFileSync(join(stage.cwd, 'found/counterexample.json'), join(stage.cwd, 'counterexamples/lost.json'));
    const text = readFileSync(join(stage.cwd, 'found/counterexample.json'), 'utf8');
    const { invariant } = z.object({ invariant: z.enum(['S1', 'S2']) }).parse(JSON.parse(text));
    const flags = ['--runs', '1', ...PATIENT, '--json', '--quiet'];
    const failing = await stage.run('explore', ...broken('volatile-tasks'), ...flags, '--known', 'counterexamples');
    expect(exploration.parse(JSON.parse(failing.stdout)).known).toMatchObject([{ state: 'fails', invariant }]);
    expect(failing.code).toBe(1);
    const fixed = await stage.run('explore', ...broken('good'), ...flags);
    expect(exploration.parse(JSON.parse(fixed.stdout)).known).toMatchObject([{ state: 'fixed', invariant }]);
  });

  it('finds, unaided, that a cancel, a short ttl and a closed session end a server written as the guide of its SDK shows', async () => {
    const flags = ['--keep-going', '--jobs', '2', '--runs', '250', '--seconds', '480', '--shrink-seconds', '20'];
    const ended = await stage.run('explore', '--module', FIRE_AND_FORGET, ...flags, '--json', '--quiet', '--out', 'v1');
    const { counterexamples } = exploration.parse(JSON.parse(ended.stdout));
    expect(ended.code).toBe(1);
    const stories = counterexamples.map(({ story }) => story.join('\n'));
    for (const sought of [
      /cancels task 1[\s\S]*the server ends by itself, .* in terminal status 'cancelled'/,
      /kept for \d+ ms[\s\S]*the server ends by itself, .*: Error: Task with ID task \d+ not found[\s\S]*not found/,
      /connection[\s\S]* ends? [\s\S]*the server ends by itself, .*: Error: Not connected[\s\S]*not found/,
    ]) {
      expect(stories.filter((story) => sought.test(story))).not.toEqual([]);
    }
    for (const { directory } of counterexamples) expect(existsSync(join(stage.cwd, directory, 'plan.json'))).toBe(true);
  });

  it('is interrupted with what it has', async () => {
    const running = stage.start('explore', '--seconds', '600');
    await running.hasSaid('explore: seed 1');
    await new Promise((done) => setTimeout(done, 3000));
    running.signal('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.stdout).toContain(', interrupted (seed 1;');
    expect(stage.left()).toEqual([]);
  });

  it('refuses what cannot be explored', async () => {
    expect(await stage.run('explore', '--server', 'node server.js')).toMatchObject({ code: 64 });
    const named = await stage.run('explore', 'tour');
    expect(named).toMatchObject({ code: 64 });
    expect(named.stderr).toContain('--every-point');
    expect(stage.written()).toEqual([]);
  });
});

describe('claimcheck explore --every-point', () => {
  it('runs every point of a small plan on the reference server, and none breaks anything', async () => {
    const ended = await stage.run('explore', '--every-point', '--seconds', '500', '--json', '--quiet');
    const document = everyPoint.parse(JSON.parse(ended.stdout));
    expect(document).toMatchObject({ broken: [], unknown: [], counterexamples: [] });
    expect(document.pointsRun).toBe(document.pointCount);
    expect(document.pointCount).toBeGreaterThan(300);
    expect(ended.code).toBe(0);
  });

  it('lists the points at which a broken server breaks, with the story of the first', async () => {
    const flags = ['--every-point', '--seconds', '240', '--out', 'points'];
    const ended = await stage.run('explore', ...broken('volatile-tasks'), ...flags, '--json', '--quiet');
    const { broken: points, counterexamples } = everyPoint.parse(JSON.parse(ended.stdout));
    expect(ended.code).toBe(1);
    expect(points.length).toBeGreaterThan(10);
    expect(new Set(points.map(({ faults }) => faults))).toEqual(new Set([1]));
    expect(counterexamples[0]).toMatchObject({ isReproduced: true, faults: [{ fault: 'F12' }] });
  });
});
