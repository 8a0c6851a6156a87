import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../model/usage-error.ts';
import { parseProfile, readProfile } from './profile-file.ts';
import { profileJsonSchema } from './profile-schema.ts';

const FOUR_LINES = `target: { command: "node server.js --data {{dir}}" }
tools:  { work: { name: render_report, arguments: { topic: "{{token}}", ms: 600 }, takes: 600ms } }
echo: "$.content[0].text"
state: { durable: true }
`;

const HANDLE = `target: { command: node jobs.js }
dialect: handle
handle:
  start: { tool: run_job, arguments: { command: "echo {{token}}" }, takes: 1s, id: '/^PID: (\\d+)$/m' }
  status:
    tool: job_status
    arguments: { pid: "{{id}}" }
    state: ['/^EXIT_CODE: (\\d+)$/m', '/^STATUS: (\\w+)$/m']
    completed: [0]
    failed: ['/^[1-9]\\d*$/']
    otherwise: working
    missing: { states: [unknown], path: "$.error", error: "not found|No tracked" }
  cancel: { tool: kill_job, arguments: { pid: "{{id}}" }, accepted: '/"success":\\s*true/', then: missing }
`;

function complaint(text: string): string {
  try {
    parseProfile(text, 'p.yaml');
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a profile', () => {
  it('of four lines is enough for a tasks server', () => {
    expect(parseProfile(FOUR_LINES, 'p.yaml')).toEqual({
      target: { command: 'node server.js --data {{dir}}' },
      tools: { work: { name: 'render_report', arguments: { topic: '{{token}}', ms: 600 }, takes: 600 } },
      echo: '$.content[0].text',
      state: { durable: true },
    });
  });

  it('may be JSON', () => {
    const json = JSON.stringify(parseProfile(FOUR_LINES, 'p.yaml'), null, '\t');
    expect(parseProfile(json, 'p.json')).toEqual(parseProfile(FOUR_LINES, 'p.yaml'));
  });

  it('parses every duration once, to ms', () => {
    const profile = parseProfile(
      `target: { url: "http://127.0.0.1:1/mcp", ready: { within: 1.5s }, stop: { within: 250 } }
tools: { work: { name: a, takes: 2m } }`,
      'p.yaml',
    );
    expect([profile.target?.ready?.within, profile.target?.stop?.within, profile.tools?.work?.takes]).toEqual([
      1500, 250, 120_000,
    ]);
  });

  it('of job handles takes states as text, whatever YAML makes of them', () => {
    expect(parseProfile(HANDLE, 'p.yaml').handle?.status.completed).toEqual(['0']);
  });

  it('survives its own way through plan.json', () => {
    for (const text of [FOUR_LINES, HANDLE]) {
      const profile = parseProfile(text, 'p.yaml');
      expect(parseProfile(JSON.stringify(profile), 'plan.json')).toEqual(profile);
    }
  });

  it('is published as a JSON Schema with every section', () => {
    const schema = profileJsonSchema();
    expect(schema.title).toBe('Claimcheck profile');
    expect(Object.keys(JSON.parse(JSON.stringify(schema.properties)))).toEqual([
      'requires',
      'target',
      'dialect',
      'setup',
      'tools',
      'handle',
      'effects',
      'echo',
      'state',
    ]);
  });
});

describe('a bad profile is refused with file, line, key and what was expected:', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['an empty one', '', 'p.yaml:1: the profile is empty'],
    ['one that is no YAML', 'target:\n  command: "node\n', 'p.yaml:3: not valid YAML or JSON: Missing closing "quote'],
    ['one that is a list', '- a', 'p.yaml:1: the profile: expected a section with keys; got ["a"]'],
    [
      'an unknown key',
      'target:\n  comand: node a.js\n',
      "p.yaml:2: unknown key 'comand' in target; the nearest known one is 'command' (known: command, cwd, env, headers, " +
        'kill, prepare, principals, processes, ready, stop, url)',
    ],
    [
      'an unknown section',
      'tols: {}\n',
      "p.yaml:1: unknown key 'tols'; the nearest known one is 'tools' (known: dialect, echo, effects, handle, requires, " +
        'setup, state, target, tools)',
    ],
    ['a missing key', 'tools:\n  work: { takes: 1s }\n', 'p.yaml:2: tools.work.name is missing; expected a text'],
    ['a wrong type', 'state:\n\n  durable: "yes"\n', 'p.yaml:3: state.durable: expected true or false; got "yes"'],
    ['a wrong word', 'target: { command: a, kill: all }', 'p.yaml:1: target.kill: expected process, group; got "all"'],
    [
      'a wrong duration',
      'target: { command: a }\ntools:\n  work: { name: a, takes: soon }',
      'p.yaml:3: tools.work.takes: expected a duration such as 600ms, 10s or a number of ms; got "soon"',
    ],
    [
      'a malformed expression',
      'target: { command: a }\necho: topic',
      "p.yaml:2: echo: 'topic' is neither a JSONPath ('$.key') nor a regular expression ('/text (\\S+)/'); got \"topic\"",
    ],
    [
      'work without a length',
      'target: { command: a }\ntools: { work: { name: a, arguments: { topic: "{{token}}" } } }',
      'p.yaml:2: tools.work: say how long the work takes (takes: 600ms), because no argument is {{ms}}',
    ],
    [
      'an unknown placeholder',
      'target: { command: "a --data {{folder}}" }',
      "p.yaml:1: Unknown placeholder '{{folder}}' in target.command; known: {{dir}}, {{env.NAME}}, {{port}}, {{sink}}.",
    ],
    [
      'a question of a tool, with job handles',
      `${HANDLE}tools: { asking: { name: a } }`,
      "p.yaml:14: with 'dialect: handle' asking work is handle.start.asking; remove tools.asking",
    ],
    [
      'a job that asks and cannot be answered',
      HANDLE.replace('takes: 1s,', 'takes: 1s, asking: { ask: true },'),
      'p.yaml:4: handle.start.asking needs handle.status.asking (its states) and handle.answer',
    ],
    [
      'a job id in an answer',
      'target: { command: a }\ntools: { asking: { name: a, answer: { job: "{{id}}" } } }',
      "p.yaml:2: Unknown placeholder '{{id}}' in tools.asking.answer; known: {{dir}}, {{env.NAME}}, {{key}}, {{ms}}, " +
        "{{number A B}}, {{n}}, {{port}}, {{sink}}, {{token}}. Did you mean '{{dir}}'?",
    ],
    [
      'a job id where no job is',
      'target: { command: a }\ntools: { work: { name: a, takes: 1s, arguments: { job: "{{id}}" } } }',
      "p.yaml:2: Unknown placeholder '{{id}}' in tools.work.arguments; known: {{dir}}, {{env.NAME}}, {{key}}, {{ms}}, " +
        "{{number A B}}, {{n}}, {{port}}, {{sink}}, {{token}}. Did you mean '{{dir}}'?",
    ],
  ];
  it.each(cases)('%s', (_what, text, message) => {
    expect(complaint(text)).toBe(message);
  });

  it('several faults at once', () => {
    expect(complaint('state: { durable: 1, scop: server }\n')).toBe(
      "p.yaml:1: state.durable: expected true or false; got 1\np.yaml:1: unknown key 'scop' in state; the nearest known " +
        "one is 'scope' (known: durable, scope, wipe)",
    );
  });
});

describe('how effects and owners are told:', () => {
  const target = 'target: { command: a }\n';
  const keep = (names: string) =>
    HANDLE.replace('    otherwise: working\n', `    otherwise: working\n    keep: ${names}\n`);
  const cases: readonly (readonly [string, string])[] = [
    ['target: { url: "http://127.0.0.1:1", principals: [ { headers: { a: b } } ] }', 'accepted'],
    [
      'target: { command: a, principals: [ { headers: { a: b } } ] }',
      'p.yaml:1: target.principals are told apart by HTTP headers; over stdio all agents are one',
    ],
    [`${target}setup: [ { tool: a, arguments: { url: "{{sink}}" } } ]`, 'accepted'],
    [`${target}tools: { work: { name: a, takes: 1s, arguments: { url: "{{sink}}?status=500" } } }`, 'accepted'],
    [`${target}effects: { stream: "tail -f {{dir}}/x" }`, 'accepted'],
    [`${target}effects: { snapshot: "cat x" }`, 'accepted'],
    [`${target}effects: { http: "{{sink}}" }`, 'accepted'],
    [
      `${target}effects: { http: "http://127.0.0.1:1" }`,
      "p.yaml:2: effects.http: expected '{{sink}}', where the server is told to post",
    ],
    [
      `${target}effects: { file: x, snapshot: "cat x" }`,
      'p.yaml:2: effects come from one place; the profile names file and snapshot',
    ],
    [`${HANDLE}  wait: { tool: wait_job, arguments: { pid: "{{id}}", seconds: 5 } }`, 'accepted'],
    [
      `${keep('{ output: "$.output_id" }')}  result: { tool: read_output, arguments: { output_id: "{{output}}" }, value: "$.text" }`,
      'accepted',
    ],
    [
      `${keep('{ token: "$.output_id" }')}`,
      'p.yaml:12: handle.status.keep: {{token}} has a meaning already; choose another name',
    ],
  ];
  it.each(cases)('%s', (text, message) => {
    expect(complaint(text)).toBe(message);
  });
});

describe('a process for each agent', () => {
  it('needs pipes: a URL has one listener', () => {
    expect(complaint('target: { command: a, processes: per-agent }')).toBe('accepted');
    expect(complaint('target: { command: a, url: "http://127.0.0.1:{{port}}/mcp", processes: per-agent }')).toBe(
      'p.yaml:1: target.processes: per-agent needs stdio; a server with a URL listens in one process',
    );
  });
});

describe('job handles', () => {
  it('need their dialect, and the dialect needs them', () => {
    expect(complaint(HANDLE)).toBe('accepted');
    expect(complaint(HANDLE.replace('dialect: handle\n', ''))).toBe("p.yaml:2: handle needs 'dialect: handle'");
    expect(complaint('dialect: handle')).toBe("p.yaml:1: 'dialect: handle' needs the section 'handle'");
  });

  it('have their own work tool, so tools.work and tools.failing are refused', () => {
    expect(complaint(`${HANDLE}tools:\n  work: { name: a, takes: 1s }\n  failing: { name: a }\n`)).toBe(
      "p.yaml:15: with 'dialect: handle' the work tool is handle.start; remove tools.work\n" +
        "p.yaml:16: with 'dialect: handle' failing work is handle.start.failing; remove tools.failing",
    );
  });
});

describe('a profile file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'claimcheck-profile-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('brings the folder that its paths are relative to', () => {
    const path = join(folder, 'p.yaml');
    writeFileSync(path, FOUR_LINES);
    expect(readProfile(path)).toEqual({ profile: parseProfile(FOUR_LINES, 'p'), baseDirectory: folder });
  });

  it('that is not there is bad usage', () => {
    const path = join(folder, 'none.yaml');
    expect(() => readProfile(path)).toThrow(
      new UsageError(`Cannot read the profile ${path}: ENOENT: no such file or directory, open '${path}'`),
    );
  });

  it.each(['everything-stdio.yaml', 'everything-http.yaml'])('%s, an example, is one', (name) => {
    const { profile } = readProfile(join(import.meta.dirname, '../../fixtures/examples', name));
    expect(profile.tools?.work).toEqual({
      name: 'simulate-research-query',
      arguments: { topic: '{{token}}' },
      takes: 4000,
    });
  });
});
