import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DialectId, hasModernTasks, type TransportId } from '../model/operation.ts';
import type { ServerSettings, TargetFacts } from '../model/plan.ts';
import { fakeTimeLibrary } from '../services/fake-time.ts';
import { mayMount } from '../services/mount-right.ts';
import { isObject, type JsonObject, parseJson } from '../wire/json-rpc.ts';
import type { WorkTool } from '../wire/wire-target.ts';
import type { Profile } from './profile-schema.ts';
import type { PlacePart } from './target.ts';

/** The reference server's own defaults, as the command line promises them. */
export const REFERENCE_DEFAULTS = {
  dialect: 'tasks-2026-07-28',
  transport: 'http',
  store: 'sqlite',
  queue: 'local',
} as const;

const WORKLOADS = [
  'generate_report',
  'analyze_code',
  'import_data',
  'search_pipeline',
  'automate_browser',
  'run_workflow',
] as const;
const MODES = ['repeatable', 'plain', 'error', 'throw', 'exit', 'burn'] as const;
const TAKES_MS = 600; // What its tools take when nobody asks for a duration.
const READY_MS = 30_000; // It starts in under a second; a loaded CI machine has been seen to need fifteen.

export interface ReferenceChoice {
  readonly dialect: DialectId;
  readonly transport: TransportId;
  readonly store: string;
  readonly queue: string;
}

/** The command line that starts the reference server, with `{{dir}}` and `{{port}}` left open. */
export function referenceCommand({ dialect, transport, store, queue }: ReferenceChoice): string {
  const where = transport === 'http' ? ' --host 127.0.0.1 --port {{port}}' : '';
  const program = [process.execPath, join(packageDirectory(), 'dist', 'src', 'main.js')].map(quoted).join(' ');
  const choice = `--store ${quoted(store)} --queue ${quoted(queue)} --dialect ${dialect} --transport ${transport}`;
  return `${program} ${choice} --data {{dir}}${where}`;
}

/** The flags of the server's program that set it so. */
export function settingFlags(settings: ServerSettings = {}): readonly string[] {
  const { ttlMs, slaMs, pollIntervalMs, leaseMs, sweepMs, concurrency, graceMs, pollsPerSecond } = settings;
  const { breakerFailures, breakerOpenMs, schema } = settings;
  return [
    ...(ttlMs === undefined ? [] : ['--ttl', String(ttlMs / 1000)]),
    ...(slaMs === undefined ? [] : ['--sla', String(slaMs / 1000)]),
    ...(pollIntervalMs === undefined ? [] : ['--poll-interval', String(pollIntervalMs)]),
    ...(leaseMs === undefined ? [] : ['--lease', String(leaseMs)]),
    ...(sweepMs === undefined ? [] : ['--sweep', String(sweepMs)]),
    ...(concurrency === undefined ? [] : ['--max-concurrency', String(concurrency)]),
    ...(graceMs === undefined ? [] : ['--grace', String(graceMs)]),
    ...(pollsPerSecond === undefined ? [] : ['--poll-limit', String(pollsPerSecond)]),
    ...(breakerFailures === undefined ? [] : ['--breaker', String(breakerFailures)]),
    ...(breakerOpenMs === undefined ? [] : ['--breaker-open', String(breakerOpenMs)]),
    ...(schema === undefined ? [] : ['--schema', schema]),
  ];
}

/** The flags that make it one of several processes. No client is led back to the process that knows its session. */
export function partFlags(part: PlacePart | undefined): readonly string[] {
  if (part === undefined) return [];
  const { role, release } = part;
  return ['--role', role, '--sessions', 'signed', ...(release === null ? [] : ['--release', release])];
}

/** The built-in profile of the reference server, or of any `command` that offers the same tools. */
export function referenceProfile(command: string, dialect: DialectId, transport: TransportId, url?: string): Profile {
  return {
    target: {
      command,
      ...(transport === 'http' ? { url: url ?? 'http://127.0.0.1:{{port}}/mcp' } : {}),
      ready: { within: READY_MS },
    },
    dialect,
    ...(dialect === 'handle' ? { handle: HANDLE } : { tools: { work: { name: 'effect', ...EFFECT } } }),
    effects: { delivery: 'exactly-once' },
    echo: dialect === 'handle' ? ['$.result.structuredContent.token'] : ['$.token'],
    state: { durable: true, ...(transport === 'http' ? { scope: 'principal' } : {}) },
  };
}

/** The tools scenarios name: `work` and `effect` are the same tool; `effect` alone is called in all its modes. */
export function referenceTools(dialect: DialectId): Map<string, WorkTool> {
  const work = referenceTool(dialect, 'effect', {});
  return new Map<string, WorkTool>([
    ['work', work],
    ['failing', referenceTool(dialect, 'effect', { mode: 'error' })],
    ['effect', { ...work, mode: dialect === 'handle' ? 'arguments.mode' : 'mode' }],
    ...WORKLOADS.map((name) => [name, referenceTool(dialect, name, {})] as const),
    ...askingTools(dialect),
  ]);
}

export function referenceFacts(dialect: DialectId, transport: TransportId): TargetFacts {
  return {
    key: true,
    variesDuration: true,
    takesMs: TAKES_MS,
    process: true,
    principals: transport === 'http',
    scope: transport === 'http' ? 'principal' : null,
    effects: 'ordered',
    delivery: 'exactly-once',
    echo: true,
    cancel: dialect !== 'blocking',
    failing: true,
    asking: true,
    durable: true,
    modes: MODES,
    tools: ['work', 'effect', ...WORKLOADS, ...(hasModernTasks(dialect) ? ['asking-first'] : [])],
    settings: true,
    replicas: 'roles',
    ...(mayMount() ? { fillableDisk: true } : {}),
    ...(fakeTimeLibrary() === null ? {} : { movableClock: true }),
  };
}

/** The built server this package brings; null: it was not built. */
export function referenceProgram(): string | null {
  const program = join(packageDirectory(), 'dist', 'src', 'main.js');
  return existsSync(program) ? program : null;
}

/** The same server as a module for virtual time. */
export function referenceModule(): string {
  const isBuilt = import.meta.url.endsWith('.js');
  return join(packageDirectory(), ...(isBuilt ? ['dist', 'src', 'simulation.js'] : ['src', 'simulation.ts']));
}

const EFFECT = { arguments: { token: '{{token}}', ms: '{{ms}}' }, takes: TAKES_MS, key: 'idempotency_key' };

const APPROVAL = { action: 'accept', content: { approve: true } };

const HANDLE: NonNullable<Profile['handle']> = {
  start: {
    tool: 'initiate_background_task',
    arguments: { operation: 'effect', arguments: EFFECT.arguments },
    takes: TAKES_MS,
    failing: { operation: 'effect', arguments: { ...EFFECT.arguments, mode: 'error' } },
    asking: { operation: 'effect', arguments: { ...EFFECT.arguments, ask: true } },
    id: '$.task_ref',
    key: 'idempotency_key',
  },
  status: {
    tool: 'resolve_task_status',
    arguments: { task_ref: '{{id}}' },
    state: '$.status',
    completed: ['completed'],
    failed: ['failed'],
    cancelled: ['cancelled'],
    asking: ['input_required'],
    questions: '$.questions',
    result: '$.result',
    missing: { states: ['unknown'] },
  },
  answer: {
    tool: 'answer_background_task',
    arguments: { task_ref: '{{id}}' },
    by_key: 'answers',
    each: APPROVAL,
  },
  cancel: {
    tool: 'cancel_background_task',
    arguments: { task_ref: '{{id}}' },
    accepted: '/"status":"cancelled"/',
  },
};

/** Asking before there is a task belongs to 2026-07-28 alone. A job handle takes an answer as it stands, whatever it says. */
function askingTools(dialect: DialectId): (readonly [string, WorkTool])[] {
  const answer = dialect === 'handle' ? APPROVAL : APPROVAL.content;
  const asking = ['asking', { ...referenceTool(dialect, 'effect', { ask: true }), answer }] as const;
  if (!hasModernTasks(dialect)) return [asking];
  return [asking, ['asking-first', { ...referenceTool(dialect, 'effect', { ask_first: true }), answer }]];
}

function referenceTool(dialect: DialectId, operation: string, extra: JsonObject): WorkTool {
  const args = { ...EFFECT.arguments, ...extra };
  const isHandle = dialect === 'handle';
  return {
    name: isHandle ? HANDLE.start.tool : operation,
    arguments: isHandle ? { operation, arguments: args } : args,
    key: EFFECT.key,
    mode: null,
    ...(isHandle ? { starts: { tool: 'operation', arguments: 'arguments' } } : {}),
  };
}

/** The folder of this package, from sources as from dist. */
function packageDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(folder, 'package.json');
    const content = existsSync(file) ? parseJson(readFileSync(file, 'utf8')) : null;
    if (isObject(content) && content.name === 'claimcheck') return folder;
    const parent = dirname(folder);
    if (parent === folder) throw new Error("no package.json named claimcheck above the harness's own files");
    folder = parent;
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
