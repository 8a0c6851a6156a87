import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { findPackage } from './package.ts';
import { openProgramStage, PROGRAM, type ProgramStage } from './testing/program-stage.ts';

const { root, version } = findPackage();
const SMALL_SERVER = readFileSync(join(root, 'fixtures/examples/small-server.mjs'), 'utf8');
const action = z
  .looseObject({
    inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string().optional() }).loose()),
    outputs: z.record(z.string(), z.looseObject({ value: z.string() })),
    runs: z.looseObject({
      using: z.literal('composite'),
      steps: z.array(
        z.looseObject({
          id: z.string().optional(),
          run: z.string().optional(),
          shell: z.string().optional(),
          env: z.record(z.string(), z.string()).default({}),
        }),
      ),
    }),
  })
  .parse(parse(readFileSync(join(root, 'action.yml'), 'utf8')));

describe('action.yml', () => {
  it('uses the inputs it declares and no others, installs this version, and puts no input into a script', () => {
    const used = JSON.stringify(action.runs).matchAll(/inputs\.([\w-]+)/g);
    expect([...new Set([...used].map(([, name]) => name))].sort()).toEqual(Object.keys(action.inputs).sort());
    expect(action.inputs.package?.default).toBe(`claimcheck@${version}`);
    for (const { run, shell } of action.runs.steps) {
      if (run === undefined) continue;
      expect(shell).toBe('bash');
      // What stands in a script as an expression is executed, whoever wrote it.
      expect(run).not.toContain('${{');
    }
  });
});

it('the documents install this version, too', () => {
  const named = readFileSync(join(root, 'docs/gate-in-ci.md'), 'utf8').matchAll(/claimcheck@(\d[\d.]*)/g);
  expect([...new Set([...named].map(([, found]) => found))]).toEqual([version]);
});

describe('its script, as a runner would start it', () => {
  let stage: ProgramStage;
  beforeEach(() => {
    stage = openProgramStage();
    // What `npm install` would have put there.
    const bin = join(stage.cwd, 'scratch/claimcheck/node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'claimcheck'), `#!/bin/sh\nexec node '${PROGRAM}' "$@"\n`, { mode: 0o755 });
    stage.file('summary.md', '');
    stage.file('output', '');
    stage.file('my server.mjs', SMALL_SERVER);
  });
  afterEach(() => stage[Symbol.dispose]());

  async function started(given: Readonly<Record<string, string>>) {
    const step = action.runs.steps.find(({ id }) => id === 'run');
    const inputOf = (name: string) => given[name] ?? action.inputs[name]?.default ?? '';
    const env = Object.fromEntries(
      Object.entries(step?.env ?? {}).map(([name, text]) => [
        name,
        text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => inputOf(input)),
      ]),
    );
    const files = { GITHUB_OUTPUT: join(stage.cwd, 'output'), GITHUB_STEP_SUMMARY: join(stage.cwd, 'summary.md') };
    return execa('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step?.run ?? 'exit 99'], {
      cwd: stage.cwd,
      env: { ...env, ...files, RUNNER_TEMP: join(stage.cwd, 'scratch') },
      reject: false,
    });
  }

  it('runs what was asked for, word by word, and leaves summary, outputs and junit.xml', async () => {
    const ended = await started({
      arguments: `simulate steady --module 'my server.mjs'\n  --set calls=12 --set "agents.count=4"`,
    });
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(stage.read('output')).toBe(`exit-code=0\ndirectory=${join(stage.cwd, 'claimcheck-results')}\n`);
    expect(stage.read('summary.md')).toContain('| steady | valid | 12 |');
    expect(stage.read('claimcheck-results/junit.xml')).toContain('<testsuite name="steady, seed 1"');
  });

  it('fails where the server does, with an annotation, and executes nothing that stands in its arguments', async () => {
    stage.file('bad.mjs', SMALL_SERVER.replace('ledger.commit(topic);', 'ledger.commit(topic); ledger.commit(topic);'));
    const small = '--set calls=12 --set agents.count=4';
    const ended = await started({ arguments: `simulate steady --module bad.mjs ${small}`, out: 'bad' });
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/^::error title=steady%3A S3::/m);
    const sly = await started({ arguments: 'simulate "$(touch sly)" `touch sly` ; touch sly' });
    expect(sly.exitCode).toBe(64);
    expect(stage.written()).not.toContain('sly');
    const cut = await started({ arguments: 'simulate steady --module "bad.mjs', out: 'cut' });
    expect([cut.exitCode, cut.stdout]).toEqual([64, expect.stringContaining('is every quote closed?')]);
    expect(stage.written()).not.toContain('cut');
  });

  it('lets an unknown answer pass with a warning where that was asked for', async () => {
    const single = 'simulate steady --module "my server.mjs" --set calls=1 --set agents.count=1';
    expect((await started({ arguments: single, out: 'one' })).exitCode).toBe(2);
    const accepted = await started({ arguments: single, out: 'two', 'accept-unknown': 'true' });
    expect(accepted.exitCode).toBe(0);
    expect(accepted.stdout).toContain('::warning title=Claimcheck::');
    expect(stage.read('output')).toContain('exit-code=2\n');
  });
});
