import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DialectId } from '../model/operation.ts';
import { fakeTimeLibrary } from '../services/fake-time.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import type { JsonObject } from '../wire/json-rpc.ts';
import { type Probe, type ProbeRequest, resolveTarget, restoreTarget } from './index.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-target-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const PLACE = { dir: '/data/run 1', port: 4321 };
const CALL = { token: 'tok-7', ms: 50, key: 'key-7', n: 7, inputSchema: null };

function tool(name: string, properties: JsonObject = {}, over: Partial<ServerTool> = {}): ServerTool {
  const inputSchema = { type: 'object', properties };
  return { name, description: '', inputSchema, outputSchema: null, annotations: {}, taskSupport: 'optional', ...over };
}

/** A server with these tools, as a probe would tell of it; keeps what it was asked. */
function server(dialect: DialectId, ...tools: ServerTool[]): { readonly probe: Probe; readonly asked: ProbeRequest[] } {
  const asked: ProbeRequest[] = [];
  return {
    asked,
    probe: async (request) => {
      asked.push(request);
      const told = { dialect, server: { name: 's', version: '1' }, instructions: '' };
      return { ...told, tools: new Map(tools.map((one) => [one.name, one])) };
    },
  };
}

const RENDER = tool('render', { topic: { type: 'string' }, ms: { type: 'integer' }, page: { type: 'integer' } });

function profileFile(text: string): string {
  const path = join(folder, 'profile.yaml');
  writeFileSync(path, text);
  return path;
}

function profiled(text: string, options: { readonly server?: string; readonly url?: string } = {}) {
  return resolveTarget({ profile: profileFile(text), ...options }, server('tasks-2025-11-25', RENDER, tool('ping')));
}

const WORK = 'tools: { work: { name: render, arguments: { topic: "{{token}}", ms: "{{ms}}" }, takes: 800ms } }';

/** What this machine can do, and another cannot. */
const MOVABLE = fakeTimeLibrary() === null ? {} : { movableClock: true };

describe('a profile becomes a target:', () => {
  it('its facts are what it gives, and nothing else', async () => {
    const target = await profiled(`target: { command: node server.js }\n${WORK}`);
    expect(target.planned).toEqual({
      kind: 'command',
      dialect: 'tasks-2025-11-25',
      transport: 'stdio',
      store: null,
      queue: null,
      profile: {
        baseDirectory: folder,
        imitates: null,
        profile: {
          target: { command: 'node server.js' },
          dialect: 'tasks-2025-11-25',
          tools: { work: { name: 'render', arguments: { topic: '{{token}}', ms: '{{ms}}' }, takes: 800 } },
        },
      },
      facts: {
        key: false,
        variesDuration: true,
        takesMs: 800,
        process: true,
        principals: false,
        scope: null,
        effects: 'none',
        delivery: 'exactly-once',
        echo: false,
        cancel: true,
        failing: false,
        asking: false,
        ...MOVABLE,
        durable: true,
        modes: [],
        tools: ['work'],
      },
    });
  });

  it('every key that states a fact is one', async () => {
    const target = await profiled(`target: { command: a, url: "http://127.0.0.1:{{port}}/mcp" }
tools:
  work: { name: render, arguments: { topic: "{{token}}" }, takes: 4s, key: idempotency_key }
  failing: { name: render, arguments: { topic: "" } }
  asking: { name: render, arguments: { topic: "{{token}}", ask: true }, answer: { approve: true } }
effects: { file: "{{dir}}/effects.jsonl", delivery: at-least-once }
echo: $.topic
state: { durable: false, scope: server }`);
    expect(target.planned.facts).toEqual({
      key: true,
      variesDuration: false,
      takesMs: 4000,
      process: true,
      principals: true,
      scope: 'server',
      effects: 'ordered',
      delivery: 'at-least-once',
      echo: true,
      cancel: true,
      failing: true,
      asking: true,
      durable: false,
      ...MOVABLE,
      replicas: 'alike',
      modes: [],
      tools: ['work'],
    });
    expect(target.effectsFile('/d')).toBe('/d/effects.jsonl');
  });

  it('a {{key}} in the arguments is key support as well', async () => {
    const target = await profiled(`target: { command: a }
tools: { work: { name: render, arguments: { topic: "{{token}}", note: "k={{key}}" }, takes: 1s } }`);
    expect(target.planned.facts.key).toBe(true);
    expect(target.wireTarget.renderArguments(target.wireTarget.tools.get('work')?.arguments ?? {}, CALL)).toEqual({
      topic: 'tok-7',
      note: 'k=key-7',
    });
  });

  it('it is launched without a shell, with little of our environment', async () => {
    vi.stubEnv('CLAIMCHECK_TEST_SECRET', 's3cret');
    vi.stubEnv('PATH', '/usr/bin');
    vi.stubEnv('HOME', '/somewhere');
    vi.stubEnv('LANG', 'C');
    const target = await profiled(`target:
  command: node "a b.js" --data {{dir}} --port {{port}}
  url: http://127.0.0.1:{{port}}/mcp
  cwd: sub
  env: { DATA: "{{dir}}", TOKEN: "{{env.CLAIMCHECK_TEST_SECRET}}" }
  ready: { within: 3s }
  prepare: touch {{dir}}/x
  stop: { signal: SIGINT, within: 2s }
  kill: group
${WORK}
state: { wipe: rm -rf data }`);
    expect({ ...target.launch, instantiate: target.launch?.instantiate(PLACE) }).toEqual({
      kill: 'group',
      processes: 'one',
      readyMs: 3000,
      stop: { signal: 'SIGINT', withinMs: 2000 },
      instantiate: {
        file: 'node',
        args: ['a b.js', '--data', '/data/run 1', '--port', '4321'],
        env: { PATH: '/usr/bin', HOME: '/somewhere', LANG: 'C', DATA: '/data/run 1', TOKEN: 's3cret' },
        cwd: join(folder, 'sub'),
        url: 'http://127.0.0.1:4321/mcp',
        prepare: `(cd '${join(folder, 'sub')}' && rm -rf data) && touch /data/run 1/x`,
      },
    });
    expect(JSON.stringify(target.planned)).not.toContain('s3cret');
  });

  it('what it does not say of its process has defaults', async () => {
    const target = await profiled(`target: { command: node a.js }\n${WORK}`);
    expect({ ...target.launch, instantiate: undefined }).toEqual({
      kill: 'process',
      processes: 'one',
      readyMs: 30_000,
      stop: { signal: 'SIGTERM', withinMs: 10_000 },
    });
    expect(target.launch?.instantiate(PLACE)).toMatchObject({ cwd: folder, url: null, prepare: null });
    expect(target.effectsFile('/d')).toBeNull();
  });

  it('headers are filled in for requests only; each agent is somebody else, unless they say who', async () => {
    vi.stubEnv('CLAIMCHECK_TEST_SECRET', 's3cret');
    const url = 'http://127.0.0.1:9/mcp';
    const open = await profiled(`target: { url: "${url}", headers: { X-Team: a } }\n${WORK}`);
    expect([open.headersFor(1), open.headersFor(2), open.planned.facts.principals]).toEqual([
      { 'X-Team': 'a', Authorization: 'Bearer claimcheck-agent-1' },
      { 'X-Team': 'a', Authorization: 'Bearer claimcheck-agent-2' },
      true,
    ]);
    const fixed = await profiled(
      `target: { url: "${url}", headers: { authorization: "Bearer {{env.CLAIMCHECK_TEST_SECRET}}" } }\n${WORK}`,
    );
    expect([fixed.headersFor(2), fixed.planned.facts.principals]).toEqual([{ authorization: 'Bearer s3cret' }, false]);
    expect(JSON.stringify(fixed.planned)).not.toContain('s3cret');
  });

  it('a variable that is not set is bad usage', async () => {
    await expect(
      profiled(`target: { command: a, env: { T: "{{env.CLAIMCHECK_NO_SUCH}}" } }\n${WORK}`),
    ).resolves.toBeDefined();
    const target = await profiled(`target: { command: a, env: { T: "{{env.CLAIMCHECK_NO_SUCH}}" } }\n${WORK}`);
    expect(() => target.launch?.instantiate(PLACE)).toThrow(
      'The target needs {{env.CLAIMCHECK_NO_SUCH}}, and the environment variable CLAIMCHECK_NO_SUCH is not set.',
    );
  });

  it('what it requires and is not there is told, and the server is left alone', async () => {
    const seen = server('tasks-2025-11-25', RENDER);
    const profile = profileFile(`requires: { env: [CLAIMCHECK_NO_SUCH] }\ntarget: { command: a }\n${WORK}`);
    const target = await resolveTarget({ profile }, seen);
    expect(target.unmet).toBe('the profile requires the environment variable CLAIMCHECK_NO_SUCH, which is not set');
    expect(seen.asked).toEqual([]);
  });

  it('a tool that the server has not is bad usage', async () => {
    await expect(profiled('target: { command: a }\ntools: { work: { name: rendr, takes: 1s } }')).rejects.toThrow(
      /^Unknown tool 'rendr' in tools\.work of .*profile\.yaml; the server lists its tools; known: ping, render\. Did you mean 'render'\?$/,
    );
  });

  it('a profile without a server is bad usage', async () => {
    await expect(profiled(WORK)).rejects.toThrow(
      /names no server; expected target\.command or target\.url in it, or --server or --url\.$/,
    );
  });
});

describe('arguments and echo', () => {
  it('{{number A B}} stands for the token: one for each call, and it is told back as the token', async () => {
    const target = await profiled(`target: { command: a }
tools: { work: { name: render, arguments: { page: "{{number 100 109}}" }, takes: 1s } }
echo: '/page (\\d+)/'`);
    const template = target.wireTarget.tools.get('work')?.arguments ?? {};
    expect(target.wireTarget.renderArguments(template, CALL)).toEqual({ page: 106 });
    expect(target.wireTarget.renderArguments(template, CALL)).toEqual({ page: 106 });
    expect(target.wireTarget.echo?.({ content: [{ type: 'text', text: 'page 106 done' }] })).toBe('tok-7');
    expect(target.wireTarget.echo?.({ content: [{ type: 'text', text: 'page 105 done' }] })).toBe('105');
    expect(target.wireTarget.echo?.({ content: [{ type: 'text', text: 'done' }] })).toBeNull();
    expect([target.tokenOf('106'), target.tokenOf('x'), target.callsMax]).toEqual(['tok-7', 'x', 10]);
    expect(() => target.wireTarget.renderArguments(template, { ...CALL, n: 11 })).toThrow(
      '{{number 100 109}} has 10 values and call 11 needs one of its own; widen it.',
    );
  });

  it('{{dir}} and {{port}} are known once the server has been started', async () => {
    const target = await profiled(`target: { command: a }
tools: { work: { name: render, arguments: { topic: "{{dir}}/{{token}}", page: "{{port}}", n: "{{n}}" }, takes: 1s } }`);
    target.launch?.instantiate({ dir: '/d', port: 80 });
    expect(target.wireTarget.renderArguments(target.wireTarget.tools.get('work')?.arguments ?? {}, CALL)).toEqual({
      topic: '/d/tok-7',
      page: 80,
      n: 7,
    });
  });
});

describe('options', () => {
  it('--server and --url go over the profile', async () => {
    const target = await profiled(`target: { command: a }\n${WORK}`, {
      server: 'b c',
      url: 'http://127.0.0.1:{{port}}/m',
    });
    expect(target.launch?.instantiate(PLACE)).toMatchObject({ file: 'b', args: ['c'], url: 'http://127.0.0.1:4321/m' });
    expect(target.planned.transport).toBe('http');
  });

  it('--url alone is a running server: nothing to kill, its own URL', async () => {
    const url = 'http://127.0.0.1:9/mcp';
    const seen = server('blocking', tool('effect', { token: {}, ms: {} }));
    const target = await resolveTarget({ url }, seen);
    const { kind, facts } = target.planned;
    // Nobody told that server where our ledger is.
    expect([target.launch, target.url, kind, facts.process, facts.effects]).toEqual([null, url, 'url', false, 'none']);
    expect(seen.asked).toEqual([
      { launch: null, url, headers: { Authorization: 'Bearer claimcheck-agent-1' }, dialect: null },
    ]);
    await expect(resolveTarget({ url: 'http://127.0.0.1:{{port}}/mcp' }, seen)).rejects.toThrow(
      'A server that is already running has a fixed URL; http://127.0.0.1:{{port}}/mcp holds {{port}}.',
    );
  });

  it('a running server shows its effects in a file with a fixed name alone', async () => {
    const effectsOf = async (file: string) =>
      (await profiled(`target: { url: "http://127.0.0.1:9/mcp" }\n${WORK}\neffects: { file: "${file}" }`)).planned.facts
        .effects;
    expect([await effectsOf('/var/effects.jsonl'), await effectsOf('{{dir}}/effects.jsonl')]).toEqual([
      'ordered',
      'none',
    ]);
  });

  it('--tool with --arguments goes before a tool named effect', async () => {
    const seen = server('tasks-2026-07-28', tool('effect'), tool('render', { idempotency_key: {} }));
    const target = await resolveTarget({ server: 'a', tool: 'render', arguments: '{"topic":"{{token}}"}' }, seen);
    expect(target.wireTarget.tools.get('work')).toEqual({
      name: 'render',
      arguments: { topic: '{{token}}' },
      key: 'idempotency_key',
      mode: null,
    });
    expect(target.planned.facts).toMatchObject({ takesMs: 10_000, variesDuration: false, effects: 'none', key: true });
  });

  it('else a tool named effect is the work, and writes the ledger', async () => {
    const seen = server('tasks-2026-07-28', tool('slow_compute'), tool('effect', { token: {}, ms: {}, mode: {} }));
    const target = await resolveTarget({ server: 'a' }, seen);
    expect(target.wireTarget.tools.get('work')).toEqual({
      name: 'effect',
      arguments: { token: '{{token}}', ms: '{{ms}}', mode: 'repeatable' },
      key: null,
      mode: null,
    });
    expect(target.planned.facts).toMatchObject({ effects: 'ordered', variesDuration: true, takesMs: 600 });
  });

  it('else slow_compute', async () => {
    const target = await resolveTarget({ server: 'a' }, server('blocking', tool('slow_compute', { label: {} })));
    expect(target.wireTarget.tools.get('work')?.arguments).toEqual({ seconds: 1, label: '{{token}}' });
    expect(target.planned.facts).toMatchObject({ effects: 'none', takesMs: 1000, variesDuration: false });
  });

  it('else it is bad usage, with the tools and a profile to start from', async () => {
    const report = tool(
      'render_report',
      { topic: { type: 'string' }, pages: { type: 'integer', minimum: 2 }, style: { type: 'string' } },
      { taskSupport: 'required' },
    );
    const needed = { ...report, inputSchema: { ...report.inputSchema, required: ['topic', 'pages'] } };
    const seen = server('tasks-2025-11-25', tool('ping', {}, { taskSupport: 'forbidden' }), needed);
    await expect(resolveTarget({ server: 'node s.js' }, seen)).rejects.toThrow(
      `None of this server's tools is named 'effect' or 'slow_compute', so say which one does the work: --tool NAME --arguments '{"argument": "{{token}}"}', or --profile FILE.
Its tools: ping(), render_report(topic, pages, style)
A profile to start from:

target:
  command: node s.js
dialect: tasks-2025-11-25
tools:
  work:
    name: render_report
    arguments:
      topic: "{{token}}"
      pages: 2
    takes: 2s
echo: $.content[0].text
state:
  durable: true
`,
    );
  });

  it.each([
    [{ module: 'a.js' }, '--module runs in virtual time: claimcheck simulate --module a.js.'],
    [
      { replicas: 2, transport: 'stdio' },
      '--replicas and --workers ask for several processes, and a pipe leads to one process.',
    ],
    [
      { workers: 1, store: 'memory' },
      '--replicas and --workers ask for several processes, and a store in memory belongs to one process.',
    ],
    [
      { server: 'a', workers: 1 },
      '--workers chooses a part of the reference server; leave it out with a server of your own.',
    ],
    [
      { server: 'a', store: 'memory' },
      '--store chooses a part of the reference server; leave it out with a server of your own.',
    ],
    [{ tool: 'a' }, '--tool and --arguments name the work tool of a server of your own; give --server or --url too.'],
    [
      { server: 'a', dialect: 'handle' },
      "--dialect handle needs a profile with the section 'handle', which says how its tools are used.",
    ],
    [{ server: 'a', tool: 'rendr' }, "Unknown tool 'rendr' in this server; known: render. Did you mean 'render'?"],
    [{ server: 'a', tool: 'render', arguments: '[1]' }, '--arguments must be one JSON object; got [1]'],
    [
      { dialect: 'tasks' },
      "Unknown dialect 'tasks'; known: blocking, grace, handle, tasks-2025-11-25, tasks-2026-07-28.",
    ],
  ])('%j is bad usage', async (options, message) => {
    await expect(resolveTarget(options, server('blocking', RENDER))).rejects.toThrow(message);
  });
});

describe('a target restored from its plan is the same target:', () => {
  it('a foreign one', async () => {
    const target = await profiled(`target: { command: "node a.js --data {{dir}}", cwd: x }\n${WORK}\necho: $.topic`);
    const restored = restoreTarget(JSON.parse(JSON.stringify(target.planned)));
    expect(restored.planned).toEqual(target.planned);
    expect(restored.launch?.instantiate(PLACE)).toEqual(target.launch?.instantiate(PLACE));
    expect(restored.wireTarget.tools).toEqual(target.wireTarget.tools);
  });

  it('one with the tools of the reference server', async () => {
    const target = await resolveTarget(
      { server: 'node broken.js', asReference: true, dialect: 'handle' },
      server('handle'),
    );
    const restored = restoreTarget(JSON.parse(JSON.stringify(target.planned)));
    expect(restored.planned).toEqual(target.planned);
    expect(restored.wireTarget.tools).toEqual(target.wireTarget.tools);
    expect(restored.launch?.instantiate(PLACE)).toMatchObject({ file: 'node', url: 'http://127.0.0.1:4321/mcp' });
  });

  it('one with the tools of the reference server is set as the plan says, by flags; another is left alone', async () => {
    const like = await resolveTarget(
      { server: 'node broken.js', asReference: true, dialect: 'handle' },
      server('handle'),
    );
    const settings = { ttlMs: 2500, slaMs: 300_000, pollIntervalMs: 200, leaseMs: 1000, sweepMs: 500 };
    expect(like.launch?.instantiate({ ...PLACE, settings }).args).toEqual([
      'broken.js',
      ...['--ttl', '2.5', '--sla', '300', '--poll-interval', '200', '--lease', '1000', '--sweep', '500'],
    ]);
    expect(like.launch?.instantiate(PLACE).args).toEqual(['broken.js']);
    const foreign = await profiled(`target: { command: "node a.js" }\n${WORK}`);
    expect(foreign.launch?.instantiate({ ...PLACE, settings }).args).toEqual(['a.js']);
  });

  it('a plan whose profile was damaged is bad usage', async () => {
    const { planned } = await profiled(`target: { command: a }\n${WORK}`);
    expect(() => restoreTarget({ ...planned, profile: { baseDirectory: 1 } })).toThrow(
      /^The plan's target\.profile cannot be read: /,
    );
  });
});
