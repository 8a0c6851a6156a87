// `init` on servers that were not changed for it: the built command line, real processes and sockets.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseProfile } from '../targets/profile-file.ts';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const EXAMPLES = join(findPackage().root, 'fixtures/examples');
const ODD_JOBS = join(import.meta.dirname, 'testing', 'odd-jobs.mjs');

const documentSchema = z.object({
  schema: z.literal('claimcheck/init@1'),
  dialect: z.string(),
  work: z.object({ tool: z.string(), as: z.string(), tookMs: z.number() }).nullable(),
  advice: z.array(z.object({ kind: z.string(), text: z.string() })),
  trial: z.object({ valid: z.unknown(), fates: z.record(z.string(), z.number()) }).nullable(),
});

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

async function init(...words: readonly string[]) {
  const { code, stdout, stderr } = await stage.run('init', ...words, '--json', '--quiet');
  if (code === 64) throw new Error(stderr);
  const document = documentSchema.parse(JSON.parse(stdout));
  return { code, document, profile: parseProfile(stage.read('claimcheck.yaml'), 'claimcheck.yaml') };
}

describe('init', () => {
  it('describes a server of job handles that takes numbers, finds its effects, and runs what it wrote', async () => {
    const command = `${process.execPath} ${join(EXAMPLES, 'job-handles.mjs')} {{dir}}`;
    const { code, document, profile } = await init('--server', command, '--durable', 'yes');
    expect([code, document.work?.tool, document.work?.as]).toEqual([0, 'start_render', 'handle']);
    expect(profile).toMatchObject({
      dialect: 'handle',
      handle: { start: { arguments: { page: '{{number 1 1000000}}' } }, status: { completed: ['done'] } },
      effects: { file: '{{dir}}/effects.jsonl' },
      echo: '/page ([\\w-]+)/',
      state: { durable: true },
    });
    expect(document.trial).toEqual({ valid: true, fates: { 'settled-ok': 4 } });
  });

  it('describes a server of the tasks of 2026-07-28 over HTTP', async () => {
    const command = `${process.execPath} ${join(EXAMPLES, 'sdk-v2-tasks.mjs')} {{port}}`;
    const at = ['--server', command, '--url', 'http://127.0.0.1:{{port}}/mcp', '--no-try'];
    const { code, document, profile } = await init(...at);
    expect([code, document.dialect, document.trial]).toEqual([0, 'tasks-2026-07-28', null]);
    expect(profile).toMatchObject({
      dialect: 'tasks-2026-07-28',
      tools: { work: { name: 'render', arguments: { topic: '{{token}}', ms: '{{ms}}' } } },
      effects: {},
      echo: '/rendered ([\\w-]+)/',
    });
    expect(document.advice.map(({ text }) => text).join()).toContain('an idempotency key (tools.work.key)');
  });

  it('says what is missing where the work was refused, and exits with 2', async () => {
    const command = `${process.execPath} ${ODD_JOBS} '{"handlers":true}'`;
    const { code, document, profile } = await init('--server', command, '--tool', 'run_job');
    expect([code, document.work, document.trial]).toEqual([2, null, null]);
    expect(document.advice).toEqual([{ kind: 'missing', text: expect.stringContaining('no handler is registered') }]);
    expect(profile).toEqual({ target: { command }, dialect: 'blocking', state: { durable: true } });
  });

  it('replaces no file and refuses what it cannot use, before it starts anything', async () => {
    const taken = stage.file('taken.yaml', 'mine');
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--out', taken, '--server', 'node'], /taken\.yaml is there already; give another --out, or --force/],
      [['--server', 'node', '--env', 'NAME'], /--env: expected NAME=VALUE; got NAME/],
    ];
    for (const [words, message] of cases) {
      const { code, stdout, stderr } = await stage.run('init', ...words);
      expect([code, stdout]).toEqual([64, '']);
      expect(stderr).toMatch(message);
    }
    expect(existsSync(join(stage.cwd, 'claimcheck.yaml'))).toBe(false);
  });
});
