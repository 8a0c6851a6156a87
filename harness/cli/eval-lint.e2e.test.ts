// claimcheck eval --lint as users start it: real servers over stdio and HTTP, asked for their tools and ended again.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DIALECT_IDS } from '../model/operation.ts';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage, SERVER } from './testing/program-stage.ts';

const EVERYTHING = join(
  createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json'),
  '../dist/index.js',
);
const EXAMPLES = join(findPackage().root, 'fixtures/examples');

const documentSchema = z.strictObject({
  schema: z.literal('claimcheck/lint@1'),
  claimcheck: z.string(),
  target: z.strictObject({
    kind: z.string(),
    dialect: z.string(),
    transport: z.string(),
    server: z.object({ name: z.string(), version: z.string() }),
  }),
  rules: z.array(z.object({ id: z.string(), name: z.string(), title: z.string(), description: z.string() })),
  tools: z.array(
    z.strictObject({
      name: z.string(),
      role: z.string(),
      why: z.string().min(1),
      rules: z.record(z.string(), z.enum(['met', 'gap', 'not-applicable'])),
    }),
  ),
  plain: z.array(z.string()),
  gaps: z.array(
    z.strictObject({
      rule: z.string(),
      tool: z.string(),
      missing: z.string().min(1),
      example: z.string().min(1),
      place: z.enum(['description', 'annotations', 'tools']),
    }),
  ),
});

let stage: ProgramStage;
beforeAll(() => {
  stage = openProgramStage();
});
afterAll(() => stage[Symbol.dispose]());

async function lint(...args: readonly string[]) {
  const { code, stdout, stderr } = await stage.run('eval', '--lint', '--json', ...args);
  expect({ stderr, left: stage.left(), written: stage.written() }).toEqual({ stderr: '', left: [], written: [] });
  return { code, document: documentSchema.parse(JSON.parse(stdout)) };
}

/** The rules that found something, by tool. */
function gapsByTool({ gaps }: z.infer<typeof documentSchema>): Record<string, string[]> {
  const byTool: Record<string, string[]> = {};
  for (const { tool, rule } of gaps) byTool[tool] = [...new Set([...(byTool[tool] ?? []), rule])];
  return byTool;
}

const WORKLOADS = [
  'generate_report',
  'analyze_code',
  'import_data',
  'search_pipeline',
  'automate_browser',
  'run_workflow',
];
const TASK_GAPS = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6'];
const FOLLOWER_GAPS = {
  resolve_task_status: ['T1', 'T2', 'T3', 'T4', 'T5'],
  answer_background_task: ['T1', 'T3', 'T4', 'T5'],
  cancel_background_task: ['T1', 'T3', 'T4', 'T5'],
};
const allTools = (gaps: readonly string[]) => Object.fromEntries([...WORKLOADS, 'effect'].map((name) => [name, gaps]));
const BARE_GAPS = {
  blocking: allTools(['T1', 'T3', 'T4']),
  handle: { initiate_background_task: ['T1', 'T3', 'T4', 'T5', 'T6'], ...FOLLOWER_GAPS },
  grace: { ...allTools(TASK_GAPS), ...FOLLOWER_GAPS },
  'tasks-2025-11-25': allTools(TASK_GAPS),
  'tasks-2026-07-28': allTools(TASK_GAPS),
};

describe('the reference server over stdio', () => {
  it.each(DIALECT_IDS)('%s: passes when it is explicit, and names each gap when it is bare', async (dialect) => {
    const stdio = ['--strict', '--transport', 'stdio', '--dialect', dialect];
    const explicit = await lint(...stdio);
    expect({ code: explicit.code, gaps: explicit.document.gaps }).toEqual({ code: 0, gaps: [] });
    expect(explicit.document.target).toMatchObject({ kind: 'reference', dialect, transport: 'stdio' });
    expect(explicit.document.tools.map(({ name }) => name).sort()).toEqual(Object.keys(BARE_GAPS[dialect]).sort());
    const bare = await lint(...stdio, '--schema', 'bare');
    expect({ code: bare.code, gaps: gapsByTool(bare.document) }).toEqual({ code: 3, gaps: BARE_GAPS[dialect] });
  });

  it('says the same of the program as of any other server, whoever started it', async () => {
    const command = `node ${SERVER} --store memory --transport stdio --dialect tasks-2025-11-25 --schema`;
    const explicit = await lint('--strict', '--server', `${command} explicit`);
    expect({ code: explicit.code, gaps: explicit.document.gaps }).toEqual({ code: 0, gaps: [] });
    const bare = await lint('--server', `${command} bare`);
    expect({ code: bare.code, gaps: gapsByTool(bare.document) }).toEqual({
      code: 0,
      gaps: BARE_GAPS['tasks-2025-11-25'],
    });
  });

  it('refuses a schema that is none', async () => {
    const { code, stdout, stderr } = await stage.run('eval', '--lint', '--schema', 'rich');
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(/Allowed choices are bare, explicit/);
    const served = await stage.run('serve', '--schema', 'rich');
    expect(served.code).toBe(64);
    expect(served.stderr).toMatch(/server\.schema: .*"explicit"\|"bare"/);
  });
});

describe('other servers', () => {
  it('the demonstration server of the MCP project: its two tools of long work, and no other', async () => {
    const { code, document } = await lint('--strict', '--server', `node ${EVERYTHING} stdio`);
    expect(code).toBe(3);
    expect(gapsByTool(document)).toEqual({
      'simulate-research-query': TASK_GAPS,
      'trigger-long-running-operation': ['T1', 'T4'],
    });
    expect(document.tools.map(({ role }) => role).sort()).toEqual(['slow', 'task']);
    expect(document.plain).toEqual(expect.arrayContaining(['echo', 'get-sum', 'get-env']));
    expect(document.target).toMatchObject({ kind: 'command', dialect: 'tasks-2025-11-25', transport: 'stdio' });
  });

  it('the same over HTTP', async () => {
    const [server, url] = [`env PORT={{port}} node ${EVERYTHING} streamableHttp`, 'http://127.0.0.1:{{port}}/mcp'];
    const { code, document } = await lint('--server', server, '--url', url);
    expect(code).toBe(0);
    expect(document.target).toMatchObject({ dialect: 'tasks-2025-11-25', transport: 'http' });
    expect(Object.keys(gapsByTool(document)).sort()).toEqual([
      'simulate-research-query',
      'trigger-long-running-operation',
    ]);
  });

  it('a job handle, found by its tools or told by its profile', async () => {
    const found = await lint('--server', `node ${join(EXAMPLES, 'job-handles.mjs')} .`);
    const told = await lint('--profile', join(EXAMPLES, 'job-handles.yaml'));
    expect(told.document.gaps).toEqual(found.document.gaps);
    expect(told.document.tools.map(({ role, why }) => [role, why])).toEqual([
      ['start', 'its profile says so (handle.start)'],
      ['status', 'its profile says so (handle.status)'],
    ]);
    const words = found.document.gaps.map(({ tool, missing }) => `${tool} ${missing}`);
    expect(words).toContain('job_status lists no state for work that has failed');
    expect(words).toContain('start_render has no partner that stops its work, and does not say so');
  });

  it('a module, in virtual time', async () => {
    const { document } = await lint('--module', join(EXAMPLES, 'sdk-v2-tasks.mjs'));
    expect(gapsByTool(document)).toEqual({ render: TASK_GAPS });
    expect(document.target).toMatchObject({ kind: 'module', dialect: 'tasks-2026-07-28' });
  });

  it('one whose tools say nothing of long work is not judged, and with --strict that is unknown', async () => {
    const path = stage.file('echo.mjs', ECHO);
    const { code, document } = await lint('--strict', '--server', `node ${path}`);
    expect({ code, tools: document.tools, plain: document.plain }).toEqual({ code: 2, tools: [], plain: ['echo'] });
    const named = await lint('--strict', '--server', `node ${path}`, '--tool', 'echo');
    expect(named.code).toBe(3);
    expect(named.document.tools).toMatchObject([{ name: 'echo', role: 'slow', why: '--tool names it' }]);
    const unknown = await stage.run('eval', '--lint', '--server', `node ${path}`, '--tool', 'eco');
    expect([unknown.code, unknown.stderr]).toEqual([
      64,
      "claimcheck: The server has no tool 'eco'; its tools: echo.\n",
    ]);
  });
});

describe('the words', () => {
  it('are a table of tools and rules, and each gap with what would fill it', async () => {
    const { code, stdout } = await stage.run('eval', '--lint', '--schema', 'bare', '--dialect', 'handle');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^claimcheck \S+ \(handle, http\): \d+ gaps in 4 asynchronous tools\n/);
    expect(stdout).toMatch(/│ resolve_task_status +│ status │ gap │ gap │ gap │ gap │ gap │ – +│/);
    expect(stdout).toContain('  T5  does not name resolve_task_status, which tells the state of its work\n');
    expect(stdout).toContain('      for example: resolve_task_status tells how the work stands.\n');
  });

  it('the help says what --strict does; what changes no description is refused', async () => {
    const help = await stage.run('eval', '--help');
    expect(help.stdout.replaceAll(/\s+/g, ' ')).toContain('exit 3 when --lint finds something unsaid, 2 when');
    const store = await stage.run('eval', '--lint', '--store', 'memory');
    expect([store.code, store.stderr]).toEqual([
      64,
      'claimcheck: --store changes no description; leave it out with --lint.\n',
    ]);
  });
});

const ECHO = `import { createInterface } from 'node:readline';
const tools = [{ name: 'echo', description: 'Echoes.', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } }];
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const greeting = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'echo', version: '1' } };
  const result = { initialize: greeting, 'tools/list': { tools } }[method];
  const error = { code: -32601, message: 'Method not found' };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) }));
});
`;
