import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../model/operation.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import {
  type ModuleProbeRequest,
  type ProbedModule,
  resolveTarget,
  restoreTarget,
  type TargetOptions,
} from './index.ts';

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-module-'));
  file = join(folder, 'server.mjs');
  writeFileSync(file, '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const RENDER: ServerTool = {
  name: 'render',
  description: '',
  inputSchema: { type: 'object', properties: { topic: { type: 'string' } } },
  outputSchema: null,
  annotations: {},
  taskSupport: 'optional',
};
const WORK = { name: 'render', arguments: { topic: '{{token}}' }, takes: 800 };

/** Resolves a module that answers like this, and keeps what it was asked. */
async function resolveModule(options: Partial<TargetOptions>, told: Partial<ProbedModule> = {}) {
  const asked: ModuleProbeRequest[] = [];
  const target = await resolveTarget(
    { module: file, ...options },
    {
      probe: async () => {
        throw new Error('no process is asked');
      },
      probeModule: async (request) => {
        asked.push(request);
        const dialect: DialectId = request.dialect ?? 'tasks-2025-11-25';
        return {
          dialect,
          server: { name: 's', version: '1' },
          instructions: '',
          tools: new Map([[RENDER.name, RENDER]]),
          transport: request.transport ?? 'stdio',
          profile: undefined,
          imitates: undefined,
          ...told,
        };
      },
    },
  );
  return { target, asked };
}

describe('a module becomes a target:', () => {
  it('as its own profile says, with the options behind its ?', async () => {
    const { target, asked } = await resolveModule(
      { module: `${file}?delay=5&name=a%20b` },
      { profile: { tools: { work: WORK }, effects: {}, echo: '$.topic' } },
    );
    expect(target.module).toEqual({ path: file, options: { delay: '5', name: 'a b' } });
    expect(target.planned).toMatchObject({
      kind: 'module',
      dialect: 'tasks-2025-11-25',
      transport: 'stdio',
      facts: { process: true, effects: 'ordered', echo: true, durable: true, principals: false, takesMs: 800 },
    });
    expect([target.launch, target.url, target.unmet]).toEqual([null, null, null]);
    expect(asked).toEqual([
      {
        module: target.module,
        dialect: null,
        transport: null,
        headers: { Authorization: 'Bearer claimcheck-agent-1' },
      },
    ]);
  });

  it('speaks the dialect its profile names, whatever was found out, and the command line goes over both', async () => {
    const told = { profile: { dialect: 'tasks-2026-07-28', tools: { work: WORK } } };
    expect((await resolveModule({}, told)).target.planned.dialect).toBe('tasks-2026-07-28');
    const chosen = await resolveModule({ dialect: 'blocking', transport: 'http' }, told);
    expect(chosen.target.planned).toMatchObject({
      dialect: 'blocking',
      transport: 'http',
      facts: { principals: true },
    });
    expect(chosen.asked[0]).toMatchObject({ dialect: 'blocking', transport: 'http' });
  });

  it('as a profile file says, which may be one that starts a process in real time', async () => {
    mkdirSync(join(folder, 'profiles'), { recursive: true });
    const profile = join(folder, 'profiles', 'server.yaml');
    const header = 'headers: { Authorization: "Bearer fixed" }';
    writeFileSync(
      profile,
      `target: { command: node server.js, ${header} }\ntools: { work: ${JSON.stringify(WORK)} }\ndialect: blocking\n`,
    );
    const { target, asked } = await resolveModule({ profile }, { profile: { tools: {} } });
    expect(asked[0]).toMatchObject({ dialect: 'blocking', headers: { Authorization: 'Bearer fixed' } });
    expect(target.planned.profile).toMatchObject({
      baseDirectory: join(folder, 'profiles'),
      module: { path: '../server.mjs', options: {} },
      profile: { target: { headers: { Authorization: 'Bearer fixed' } }, tools: { work: WORK } },
    });
    expect(target.launch).toBeNull();
    expect(restoreTarget(JSON.parse(JSON.stringify(target.planned))).module).toEqual(target.module);
  });

  it('by the tool that is named, or by one with a known name', async () => {
    const named = await resolveModule({ tool: 'render', arguments: '{"topic":"{{token}}"}' });
    expect(named.target.wireTarget.tools.get('work')).toMatchObject({
      name: 'render',
      arguments: { topic: '{{token}}' },
    });
    const effect = { ...RENDER, name: 'effect' };
    const found = await resolveModule({}, { tools: new Map([['effect', effect]]) });
    expect(found.target.planned.facts).toMatchObject({ effects: 'ordered' });
  });

  it('with the tools of the reference server where it says so', async () => {
    const { target, asked } = await resolveModule(
      { module: `${file}?id=early-receipts`, dialect: 'handle', store: 'modelled' },
      { imitates: 'reference', transport: 'http' },
    );
    const options = { id: 'early-receipts', dialect: 'handle', store: 'modelled' };
    expect(asked[0]?.module.options).toEqual(options);
    expect(target.module?.options).toEqual(options);
    expect(target.planned).toMatchObject({
      kind: 'module',
      dialect: 'handle',
      store: 'modelled',
      facts: { key: true },
    });
    expect(target.wireTarget.handle).not.toBeNull();
    const restored = restoreTarget(JSON.parse(JSON.stringify(target.planned)));
    expect([restored.module, restored.planned]).toEqual([target.module, target.planned]);
    expect([...restored.wireTarget.tools]).toEqual([...target.wireTarget.tools]);
  });
});

describe('a module is bad usage:', () => {
  it.each<[Partial<TargetOptions>, Partial<ProbedModule>, RegExp]>([
    [{ module: 'nowhere.mjs' }, {}, /^--module: there is no file .*nowhere\.mjs\.$/],
    [{ server: 'node a.js' }, {}, /^--module and --server are two servers; leave one out\.$/],
    [{ replicas: 2 }, {}, /^--replicas 2: a module runs in one process\.$/],
    [{ queue: 'local' }, {}, /^--queue chooses a part of the reference server/],
    [{ store: 'memory', tool: 'render' }, {}, /^--store chooses a part of the reference server; .* like it\.$/],
    [{ transport: 'pipe' }, {}, /^Unknown transport 'pipe'; known: http, stdio/],
    [{ dialect: 'handle' }, {}, /^--dialect handle needs a profile/],
    [{ tool: 'rendr' }, {}, /^Unknown tool 'rendr' in this server; known: render/],
    [
      {},
      {},
      /--profile FILE, or `export const profile[\s\S]*Its tools: render\(topic\)[\s\S]*starts? from:\n\ndialect: /,
    ],
    [{}, { profile: { tools: { wrk: WORK } } }, /export const profile:1: unknown key 'wrk' in tools/],
    [
      {},
      { profile: { tools: { work: WORK }, effects: { http: '{{sink}}' } } },
      /^\{\{sink\}\} is an address, and a module/,
    ],
    [{}, { profile: { tools: { work: WORK }, effects: { stream: 'tail -f a' } } }, /are commands, and a module runs/],
    [{}, { profile: { target: { command: 'a' } } }, /a module is no process; leave out 'target'\.$/],
    [
      {},
      { profile: { tools: { work: { ...WORK, name: 'rendr' } } } },
      /Unknown tool 'rendr' in tools\.work of the profile of/,
    ],
    [{}, { imitates: 'referense' }, /exports imitates = "referense"; expected 'reference'\.$/],
    [
      { tool: 'render' },
      { imitates: 'reference' },
      /has the reference server's tools, which are known; leave --tool out/,
    ],
    [{ tool: 'render' }, { profile: { tools: { work: WORK } } }, /the profile of .* names the work tool already/],
  ])('%j that tells %j', async (options, told, message) => {
    await expect(resolveModule(options, told)).rejects.toThrow(message);
  });
});
