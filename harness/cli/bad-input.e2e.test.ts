// What a user can get wrong: one clear message on stderr, exit code 64, nothing on stdout, nothing written, no stack.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

let stage: ProgramStage;
beforeAll(() => {
  stage = openProgramStage();
});
afterAll(() => stage[Symbol.dispose]());

async function refused(args: readonly string[]): Promise<string> {
  const before = readdirSync(stage.cwd).sort();
  const { code, stdout, stderr } = await stage.run(...args);
  expect({ code, stdout, hasStack: /\n\s+at /.test(stderr), folder: readdirSync(stage.cwd).sort() }).toEqual({
    code: 64,
    stdout: '',
    hasStack: false,
    folder: before,
  });
  expect(stage.left()).toEqual([]);
  return stderr;
}

// Would hang for half a minute if it were started: what is wrong with the command is found before.
const NEVER_STARTED = 'sleep 60';

describe('the command line', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no command at all', [], /^Usage: claimcheck <command>/],
    [
      '--set of an unknown key',
      ['--set', 'cals=5'],
      /--set cals=5: cals: unknown key 'cals'; .*Did you mean 'calls'\?/,
    ],
    ['--set of a wrong type', ['--set', 'calls=many'], /--set calls=many: calls: expected number; found "many"/],
    ['--set without a value', ['--set', 'calls'], /--set calls: expected key=value/],
    ['--set of a fault that is not there', ['--set', 'faults.F99.count=1'], /Unknown fault 'F99'/],
    [
      'a threshold that does not parse',
      ['--threshold', 'lost = 0'],
      /Threshold 'lost = 0' does not parse at character 6: expected an operator .*, found '= 0'/,
    ],
    ['a threshold in an unknown unit', ['--threshold', 'end-to-end.p95 < 8 parsecs'], /Unknown unit 'parsecs'/],
    ['an unknown backoff', ['--backoff', 'fixd'], /Unknown backoff 'fixd'; known: .*Did you mean 'fixed'\?/],
    ['a fault rate that is no number', ['--fault', 'F5=often'], /--fault F5=often: expected F5=N with a probability/],
    ['a URL that is none', ['--url', 'localhost'], /--url: expected a URL such as http:.*; got localhost/],
    ['a URL of another protocol', ['--url', 'ftp://127.0.0.1/'], /--url: expected a URL such as http:/],
    ['a command with an open quote', ['--server', '"node'], /The command has a " that is never closed: "node/],
    [
      'arguments that are no JSON',
      ['--server', NEVER_STARTED, '--tool', 'x', '--arguments', '{'],
      /one JSON object; got {/,
    ],
    ['arguments of no tool', ['--server', NEVER_STARTED, '--arguments', '{}'], /name it with --tool/],
    [
      'a wrong threshold beside a server',
      ['--server', NEVER_STARTED, '--threshold', 'lots == 0'],
      /Did you mean 'lost'\?/,
    ],
    ['a wrong value beside a server', ['--server', NEVER_STARTED, '--set', 'calls=0'], /calls: Too small/],
    [
      'a store for a server of one own',
      ['--server', NEVER_STARTED, '--store', 'sqlite'],
      /--store chooses a part of the/,
    ],
  ];
  it.each(cases)('%s', async (_name, args, message) => {
    expect(await refused(args.length === 0 ? [] : ['run', 'tour', ...args])).toMatch(message);
  });
});

describe('files', () => {
  const profiles: readonly (readonly [string, string, string])[] = [
    ['a profile that is no YAML', 'target:\n  command: "node\n', ':3: not valid YAML or JSON: Missing closing'],
    [
      'an unknown key',
      'target:\n  comand: x\n',
      ":2: unknown key 'comand' in target; the nearest known one is 'command'",
    ],
    ['a wrong value', 'target:\n  command: x\n  kill: all\n', ':3: target.kill: expected process, group; got "all"'],
    ['a wrong type', 'target:\n  command: 5\n', ':2: target.command: expected a text; got 5'],
    ['an empty profile', '', ':1: the profile is empty'],
  ];
  it.each(profiles)('%s is named with file, line, key and what was expected', async (_name, text, message) => {
    const path = stage.file('profile.yaml', text);
    expect(await refused(['run', 'steady', '--profile', path])).toContain(`claimcheck: ${path}${message}`);
  });

  const scenarios: readonly (readonly [string, string, string])[] = [
    ['no YAML', 'title: [x\n', ', line 2: not valid YAML'],
    ['an unknown key', 'title: x\ncals: 5\n', ", line 2, cals: unknown key 'cals'"],
    ['nothing', '', ', line 1, (the whole document): expected object'],
  ];
  it.each(scenarios)('a scenario file that holds %s', async (_name, text, message) => {
    const path = stage.file('mine.yaml', text);
    expect(await refused(['run', path])).toContain(`${path}${message}`);
  });

  it('a scenario that needs virtual time', async () => {
    expect(await refused(['run', 'steady', 'ttl-day', 'clock-jump'])).toBe(
      'claimcheck: ttl-day, clock-jump: take hours or another clock; in virtual time it is: claimcheck simulate ttl-day clock-jump\n',
    );
  });

  it('a folder where a file is expected', async () => {
    mkdirSync(join(stage.cwd, 'folder.yaml'), { recursive: true });
    expect(await refused(['run', './folder.yaml'])).toMatch(/^claimcheck: Cannot read the scenario \.\/folder\.yaml: /);
    expect(await refused(['run', '--profile', './folder.yaml'])).toMatch(/Cannot read the profile \.\/folder\.yaml: /);
  });

  it('a file where a folder is to be written', async () => {
    stage.file('taken', '');
    for (const out of ['taken', 'taken/below']) {
      expect(await refused(['run', 'steady', '--quiet', '--out', out])).toMatch(/^claimcheck: cannot write to taken/);
    }
  });
});

describe('a saved run that is damaged', () => {
  beforeAll(async () => {
    const { code } = await stage.run('run', 'steady', '--set', 'calls=40', '--quiet', '--out', 'whole');
    expect(code).toBe(0);
  });

  /** A copy of the run with one file changed, or without it. */
  function damaged(name: string, change: (text: string) => string | null): string {
    const directory = `damaged-${name}`;
    rmSync(join(stage.cwd, directory), { recursive: true, force: true });
    mkdirSync(join(stage.cwd, directory));
    for (const file of readdirSync(join(stage.cwd, 'whole'))) {
      copyFileSync(join(stage.cwd, 'whole', file), join(stage.cwd, directory, file));
    }
    const text = change(stage.read(join(directory, name)));
    if (text === null) rmSync(join(stage.cwd, directory, name));
    else writeFileSync(join(stage.cwd, directory, name), text);
    return directory;
  }

  it('in the middle of a line at the end is judged up to there, with a note', async () => {
    const directory = damaged('history.jsonl', (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 20));
    const { code, stderr } = await stage.run('check', directory);
    expect(code).toBe(130);
    expect(stderr).toContain(`${directory}/history.jsonl ends in the middle of a line; it is judged up to there\n`);
    expect((await stage.run('report', directory)).code).toBe(0);
  });

  const cases: readonly (readonly [string, string, (text: string) => string | null, RegExp])[] = [
    [
      'a broken line',
      'history.jsonl',
      (text) => text.replace('\n{"seq":7,', '\n{"seq"7,'),
      /history\.jsonl, line 8: not a JSON/,
    ],
    ['a missing line', 'history.jsonl', (text) => text.replace(/\n\{"seq":7,.*/, ''), /line 8: expected seq 7, got 8/],
    ['an empty history', 'history.jsonl', () => '', /history\.jsonl holds no event; expected a run line/],
    ['no history', 'history.jsonl', () => null, /holds no history; expected /],
    ['a plan that is no JSON', 'plan.json', () => '{', /plan\.json is not JSON; expected the plan of a run/],
    [
      'the plan of something else',
      'plan.json',
      () => '{"schema":"other@1"}',
      /expected a plan with schema claimcheck\/plan@1/,
    ],
  ];
  it.each(cases)('%s is refused by check and report', async (_name, file, change, message) => {
    const directory = damaged(file, change);
    expect(await refused(['check', directory])).toMatch(message);
    expect(await refused(['report', directory])).toMatch(message);
  });

  it('an environment.json that is no JSON is no obstacle to check, and refused by report', async () => {
    const directory = damaged('environment.json', () => '{');
    expect((await stage.run('check', directory)).code).toBe(0);
    expect(await refused(['report', directory])).toMatch(/environment\.json is damaged: not JSON/);
  });

  it('a report that cannot be written', async () => {
    expect(await refused(['report', 'whole', '-o', 'nowhere/report.html'])).toMatch(
      /^claimcheck: nowhere does not exist/,
    );
    expect(await refused(['report', 'whole', '-o', '/proc/report.html'])).toMatch(
      /^claimcheck: cannot write the report: /,
    );
  });
});
