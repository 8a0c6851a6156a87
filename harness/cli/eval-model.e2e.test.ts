// claimcheck eval --agent model as users start it, against an endpoint that plays a script: no model is needed for any of it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printedInstances } from '../evaluation/driver/instances.ts';
import { evaluationProgram } from '../evaluation/driver/target.ts';
import { goldModel } from '../evaluation/model-agent/testing/gold-model.ts';
import {
  type Asked,
  completion,
  openScriptedEndpoint,
  type Scripted,
} from '../evaluation/model-agent/testing/scripted-endpoint.ts';
import type { EvaluationDocument } from '../model/evaluation/document.ts';
import type { EvaluationComparison } from '../model/evaluation/evaluation-comparison.ts';
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
  const choice = { filter: CHOSEN, sample: null, seed: 1 };
  const printed = await printedInstances(program, { places: [{ law: 'uniform', seed: 1 }], choice });
  instances = printed.instances.map(({ instance }) => instance);
});
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
    ...['--jobs', '1'],
    ...args,
  );
  const document: EvaluationDocument & { readonly baseline?: EvaluationComparison } =
    code === 64 ? null : JSON.parse(stdout);
  return { code, stderr, document };
}

async function against(script: (asked: Asked, index: number) => Scripted, out: string, ...args: readonly string[]) {
  await using endpoint = await openScriptedEndpoint(script);
  const done = await evaluate(
    out,
    '--base-url',
    endpoint.url,
    '--model',
    'scripted',
    ...(args.includes('--filter') ? [] : ['--filter', CHOSEN]),
    ...args,
  );
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

  it('tells a model more or less, and shows what comes of it', async () => {
    const [eager, patient] = [goldModel(instances), goldModel(instances, { openMax: 1 })];
    const isTold = ({ messages }: Asked) => messages[0]?.content?.includes('keep its task_id, go on') === true;
    // Goes on while a call works only where somebody says so.
    const script = (asked: Asked) => (isTold(asked) ? eager(asked) : patient(asked));
    const args = ['--loop', 'async', '--filter', CHOSEN];
    const bare = await against(script, 'untold', ...args);
    const told = await against(
      script,
      'told',
      ...args,
      '--prompt',
      'async',
      '--schema',
      'bare',
      '--baseline',
      'untold',
    );
    const baseline: EvaluationComparison | undefined = told.document.baseline;
    expect(baseline?.told).toEqual(['schema explicit before, bare now', 'prompt bare before, async now']);
    const changeOf = (id: string) => baseline?.changes.find(({ measure }) => measure === id)?.change;
    expect(changeOf('task')).toBe(0);
    expect(changeOf('makespan')).toBeLessThan(-5000);
    const described = ({ requests }: typeof bare) =>
      requests[0]?.asked.tools.flatMap(({ function: { name, description = '' } }) => (description === '' ? [] : name));
    expect(described(bare)?.length).toBeGreaterThan(5);
    // What the host itself offers is described in any case.
    expect(described(told)).toEqual(['wait_for_results', 'check_task']);
  });

  it('comes through limits, faults and dropped connections, and tells a model what it did wrong', async () => {
    const gold = goldModel(instances);
    const troubles: readonly Scripted[] = [
      { status: 429, body: '{"error":"slow down"}', headers: { 'retry-after': '0' } },
      { status: 503, body: '', headers: { 'retry-after': '0' } },
      'close',
      completion(null, [
        { name: 'inspect_workspace', arguments: { workspace: 'filesystem.001.A' } },
        { name: 'no_such_tool', arguments: {} },
        { name: 'check_task', arguments: '{"task_id": "task_none"}' },
        { name: 'largest_file', arguments: '{"workspace": ' },
      ]),
    ];
    const args = ['--filter', 'filesystem/001', '--loop', 'async'];
    const { code, document, requests } = await against(
      (asked, index) => troubles[index] ?? gold(asked),
      'bad',
      ...args,
    );
    expect(code).toBe(0);
    expect(document.cells[0]?.ends).toEqual({ ended: 1 });
    expect(document.cells[0]?.scores.task?.value).toBe(1);
    // What it made up counts against it.
    expect(document.cells[0]?.scores['func-f1']?.value).toBeLessThan(1);
    expect(document.model?.requests).toBe(requests.length);
    const told = requests[4]?.asked.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
    expect(told).toEqual([
      expect.stringContaining("Unknown tool 'inspect_workspace'"),
      expect.stringContaining("Unknown tool 'no_such_tool'"),
      expect.stringContaining('There is no task task_none.'),
      expect.stringContaining('no JSON object'),
    ]);
  });

  it('gives a score and says why when an endpoint talks garbage or hangs, and asks it no more', async () => {
    const script = (_: Asked, index: number): Scripted =>
      index % 2 === 0 ? { status: 200, body: '<html>Welcome!</html>' } : 'hang';
    const args = ['--concurrency', '1', '--model-timeout', '300'];
    const { code, stderr, document } = await against(script, 'garbage', ...args);
    expect(code).toBe(0);
    expect(document.cells[0]).toMatchObject({ episodes: 3, ends: { 'endpoint-failed': 3 } });
    expect(document.cells[0]?.scores.task).toMatchObject({ hits: 0 });
    expect(document.model?.failures.map(({ why }) => why).join()).toContain('no answer within 0.3 s');
    expect(document.model?.stopped).toContain('failed 3 times in a row');
    expect(stderr).toContain('failed 3 times in a row');
  });

  it('stops at its budget, says so and leaves what is done', async () => {
    const args = ['--concurrency', '1', '--budget-tokens', '9000', '--price-in', '1', '--price-out', '2'];
    const { code, stderr, document } = await against(goldModel(instances, { perTurn: 1 }), 'budget', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain('the budget of 9000 tokens is spent');
    const { inputTokens = 0, outputTokens = 0, turns, estimatedTurns, usd } = document.model ?? {};
    expect(inputTokens + outputTokens).toBeLessThan(9500);
    expect(estimatedTurns).toBe(turns);
    expect(usd).toBeCloseTo((inputTokens + 2 * outputTokens) / 1e6);
    expect(document.cells.flatMap(({ ends }) => Object.keys(ends))).toContain('interrupted');
  });

  it('leaves what is done when it is interrupted, and that plays again', async () => {
    const gold = goldModel(instances, { perTurn: 1 });
    let isReached = () => {};
    const reached = new Promise<void>((resolve) => {
      isReached = resolve;
    });
    await using endpoint = await openScriptedEndpoint((asked, index) => {
      if (index < 6) return gold(asked);
      isReached();
      return 'hang';
    });
    const args = ['--base-url', endpoint.url, '--model', 'scripted', '--filter', CHOSEN, '--concurrency', '1'];
    const run = stage.start('eval', '--quiet', '--json', '--out', 'broken', '--agent', 'model', ...args);
    await reached;
    run.signal('SIGINT');
    const { code, stdout } = await run.ended;
    const document: EvaluationDocument = JSON.parse(stdout);
    expect({ code, interrupted: document.interrupted, left: stage.left() }).toEqual({
      code: 130,
      interrupted: true,
      left: [],
    });
    expect(document.model?.turns).toBe(6);
    const again = await evaluate('broken-again', '--replay', 'broken/transcripts');
    // Fewer agents share its server than then, so that requests take some ms more or less.
    expect(scoresOf(again.document)).toEqual(scoresOf(document));
    expect(again.document.cells.map(({ ends }) => ends)).toEqual(document.cells.map(({ ends }) => ends));
  });

  it('names a transcript that does not fit, and the line of one that is none', async () => {
    const folder = join(stage.cwd, 'gold/transcripts');
    const [name = ''] = readdirSync(folder).filter((one) => one.startsWith('filesystem.001-async'));
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    const [head = '', first = ''] = lines;
    stage.file('changed/a.jsonl', [head, first.replace('Task A', 'Task Z'), ...lines.slice(2)].join('\n'));
    const changed = await evaluate('misfit', '--replay', 'changed');
    expect(changed.code).toBe(2);
    expect(changed.stderr).toMatch(/changed\/a\.jsonl does not fit: turn 1 \(line 2\) was asked .*Task Z/);
    expect(changed.document.cells).toEqual([]);
    stage.file('cut/a.jsonl', `${head}\n{"turn": 1}\n`);
    const cut = await evaluate('cut-out', '--replay', 'cut');
    expect(cut.code).toBe(64);
    expect(cut.stderr).toContain('cut/a.jsonl:2: no line of a transcript');
  });

  it('refuses what it cannot do before it begins', async () => {
    const { code, stderr } = await evaluate('refused');
    expect({ code, stderr }).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--base-url URL and --model NAME'),
    });
  });
});
