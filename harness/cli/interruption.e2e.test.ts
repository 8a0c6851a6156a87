// Ctrl-C, SIGTERM, a second Ctrl-C, and a harness that is killed: what is written, how it ends, what stays (nothing).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { firstTimeOnly, SPEAKERS } from './testing/hostile-servers.ts';
import { openProgramStage, type ProgramStage, type Running } from './testing/program-stage.ts';

const verdictSchema = z.object({
  valid: z.union([z.boolean(), z.literal('unknown')]),
  interrupted: z.boolean(),
  exitCode: z.number(),
  fates: z.record(z.string(), z.number()),
});
/** No process of ours may live longer than this after the harness was killed. */
const GONE_MS_MAX = 30_000;

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

function judged(directory: string) {
  return verdictSchema.parse(JSON.parse(stage.read(join(directory, 'verdict.json'))));
}

/** Starts a run and waits until agents have got answers. */
async function startRun(...args: readonly string[]): Promise<Running> {
  const run = stage.start('run', ...args, '--out', 'out');
  const history = join(stage.cwd, 'out/history.jsonl');
  const answers = () => (existsSync(history) ? readFileSync(history, 'utf8').split('"kind":"ok"').length - 1 : 0);
  await expect.poll(answers, { timeout: 60_000 }).toBeGreaterThan(20);
  // The program itself, its server, its guardian and its scratch folder, or the checks for what is left would prove nothing.
  expect(stage.left().length).toBeGreaterThan(3);
  return run;
}

describe('a run that is interrupted', () => {
  it.each([
    ['SIGINT', 'stdio'],
    ['SIGTERM', 'http'],
  ] as const)('by %s over %s ends with 130, a verdict and a report, and leaves nothing', async (signal, transport) => {
    const run = await startRun('crash-mid-task', '--transport', transport, '--json');
    run.signal(signal);
    const { code, stdout } = await run.ended;
    const verdict = judged('out');
    expect({ code, interrupted: verdict.interrupted, exitCode: verdict.exitCode, left: stage.left() }).toEqual({
      code: 130,
      interrupted: true,
      exitCode: 130,
      left: [],
    });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(stage.read('out/verdict.json')));
    expect(Object.values(verdict.fates).reduce((a, b) => a + b)).toBe(60);
    expect(stage.read('out/report.html')).toContain('</html>');
    const checked = await stage.run('check', 'out', '--json');
    expect({ code: checked.code, verdict: JSON.parse(checked.stdout) }).toEqual({
      code: 130,
      verdict: JSON.parse(stdout),
    });
  });

  it('twice ends at once, and what it started ends with it', async () => {
    const run = await startRun('steady', '--transport', 'http');
    run.signal('SIGINT');
    run.signal('SIGTERM');
    const { code } = await run.ended;
    expect(code).toBe(130);
    await expect.poll(stage.left, { timeout: GONE_MS_MAX }).toEqual([]);
    expect((await stage.run('check', 'out')).code).toBe(130);
  });

  it('while it waits for a first answer ends with 130 and no directory', async () => {
    const run = stage.start('run', 'steady', '--server', `node ${stage.file('server.mjs', SPEAKERS.silent)}`);
    await expect
      .poll(() => stage.left().some((line) => /^node \S*server\.mjs$/.test(line)), { timeout: 60_000 })
      .toBe(true);
    run.signal('SIGINT');
    // The program of this server ignores SIGTERM: it is killed after the time that it has to end.
    expect(await run.ended).toMatchObject({ code: 130, stdout: '' });
    expect({ left: stage.left(), written: stage.written() }).toEqual({ left: [], written: [] });
  });

  it('while the server of the run is still starting ends with 130, a verdict and a report', async () => {
    const server = stage.file('server.mjs', firstTimeOnly('setInterval(() => {}, 1000);'));
    const run = stage.start('run', 'steady', '--server', `node ${server} {{dir}}`, '--out', 'out');
    const history = join(stage.cwd, 'out/history.jsonl');
    const isStarting = () => existsSync(history) && readFileSync(history, 'utf8').includes('"phase":"spawn"');
    await expect.poll(isStarting, { timeout: 60_000 }).toBe(true);
    run.signal('SIGINT');
    const { code, stderr } = await run.ended;
    expect({ code, left: stage.left(), isOurFault: stderr.includes('fault of Claimcheck') }).toEqual({
      code: 130,
      left: [],
      isOurFault: false,
    });
    expect(judged('out')).toMatchObject({ interrupted: true, valid: 'unknown', exitCode: 130 });
    expect(stage.read('out/report.html')).toContain('</html>');
  });

  it('while it prepares ends what was started for it', async () => {
    const target = { command: 'node nothing.mjs', prepare: 'sleep 301 & sleep 302' };
    const profile = stage.file('profile.json', JSON.stringify({ target }));
    const run = stage.start('run', 'steady', '--profile', profile);
    await expect.poll(stage.left, { timeout: 60_000 }).toEqual(expect.arrayContaining(['sleep 301', 'sleep 302']));
    run.signal('SIGINT');
    expect(await run.ended).toMatchObject({ code: 130, stdout: '' });
    expect({ left: stage.left(), written: stage.written() }).toEqual({ left: [], written: [] });
  });
});

describe('a harness that is killed in the middle of a run', () => {
  it.each(['stdio', 'http'])(
    'over %s leaves no process, no scratch folder and a history to judge',
    async (transport) => {
      const run = await startRun('steady', '--transport', transport);
      run.signal('SIGKILL');
      await run.ended;
      await expect.poll(stage.left, { timeout: GONE_MS_MAX }).toEqual([]);
      expect(existsSync(join(stage.cwd, 'out/verdict.json'))).toBe(false);
      const checked = await stage.run('check', 'out', '--json');
      const verdict = judged('out');
      expect({ code: checked.code, printed: JSON.parse(checked.stdout) }).toEqual({
        code: 130,
        printed: JSON.parse(stage.read('out/verdict.json')),
      });
      expect({ interrupted: verdict.interrupted, valid: verdict.valid }).toEqual({
        interrupted: true,
        valid: 'unknown',
      });
      expect(await stage.run('report', 'out')).toEqual({ code: 0, stdout: 'out/report.html\n', stderr: '' });
      expect(stage.read('out/report.html')).toContain('</html>');
    },
  );
});
