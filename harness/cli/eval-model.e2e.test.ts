// claimcheck eval --agent model as users start it, against an endpoint that plays a script: no model is needed for any of it.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printedInstances } from '../evaluation/driver/instances.ts';
import { evaluationProgram } from '../evaluation/driver/target.ts';
import { goldModel } from '../evaluation/model-agent/testing/gold-model.ts';
import {
  type Asked,
  openScriptedEndpoint,
  type Scripted,
} from '../evaluation/model-agent/testing/scripted-endpoint.ts';
import type { EvaluationDocument } from '../model/evaluation/document.ts';
import type { Instance } from '../model/evaluation/instance.ts';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const KEY = 'sk-a-key-that-must-not-be-seen';
let stage: ProgramStage;
let instances: readonly Instance[];
beforeAll(async () => {
  stage = openProgramStage();
  process.env.CLAIMCHECK_TEST_KEY = KEY;
  const program = evaluationProgram(findPackage().root);
  instances = (await printedInstances(program, ['--seed', '1'])).instances.map(({ instance }) => instance);
}, 120_000);
afterAll(() => {
  delete process.env.CLAIMCHECK_TEST_KEY;
  stage[Symbol.dispose]();
});

const CHOSEN = 'filesystem/001,dual-cross/002,triple-same/003';

async function evaluate(out: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await stage.run(
    'eval',
    '--quiet',
    '--json',
    '--out',
    out,
    '--agent',
    'model',
    ...args,
  );
  const document: EvaluationDocument = code === 64 ? null : JSON.parse(stdout);
  return { code, stderr, document };
}

async function against(script: (asked: Asked, index: number) => Scripted, out: string, ...args: readonly string[]) {
  await using endpoint = await openScriptedEndpoint(script);
  const done = await evaluate(out, '--base-url', endpoint.url, '--model', 'scripted', '--filter', CHOSEN, ...args);
  return { ...done, requests: endpoint.requests };
}

function scoresOf({ cells }: EvaluationDocument) {
  return cells.map(({ agent, mode, scores }) => ({
    ...{ agent, mode, task: scores.task?.value, binding: scores['binding-accuracy']?.value },
    environment: scores.environment?.value,
  }));
}

describe('claimcheck eval --agent model', () => {
  it('plays a model end to end, and its transcripts again to the same scores without it', async () => {
    const played = await against(
      goldModel(instances),
      'gold',
      '--loop',
      'both',
      '--api-key-env',
      'CLAIMCHECK_TEST_KEY',
    );
    expect({ code: played.code, stderr: played.stderr, left: stage.left() }).toEqual({ code: 0, stderr: '', left: [] });
    expect(scoresOf(played.document)).toEqual([
      { agent: 'model:scripted', mode: 'async', task: 1, binding: 1, environment: 1 },
      { agent: 'model:scripted', mode: 'sync', task: 1, binding: 1, environment: 1 },
    ]);
    expect(played.requests.every(({ authorization }) => authorization === `Bearer ${KEY}`)).toBe(true);
    const folder = join(stage.cwd, 'gold/transcripts');
    const names = readdirSync(folder).sort();
    expect(names).toHaveLength(6);
    expect(names.map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual(names.map(() => 0o600));
    expect(names.some((name) => stage.read(`gold/transcripts/${name}`).includes(KEY))).toBe(false);

    const again = await evaluate('again', '--replay', 'gold/transcripts');
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' });
    expect(again.document.cells).toEqual(played.document.cells);
    expect(stage.read('again/episodes.jsonl')).toBe(stage.read('gold/episodes.jsonl'));
    expect(again.document.model).toEqual(played.document.model);
  });
});
